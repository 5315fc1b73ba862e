-- submit closes the attempt for the candidate, if the page and this state agree
-- on what was written last. From the due time on it closes by the deadline.
--
-- KEYS[1] attempt hash   KEYS[2] due set   KEYS[3] closing set of the bucket
-- ARGV[1] attempt  ARGV[2] now ms  ARGV[3] candidate  ARGV[4] epoch
-- ARGV[5] last sequence
-- returns reply(OK | UNKNOWN | FOREIGN | CLOSED | AHEAD | TAKEN | GAP)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if a.candidate ~= ARGV[3] then
  return reply(FOREIGN)
end
if not goesOn(a) then
  return reply(CLOSED, a)
end
local manner, ended = CANDIDATE, ARGV[2]
if tooLate(a, tonumber(ARGV[2])) then
  manner, ended = DEADLINE, a.deadlineText
else
  local epoch = tonumber(ARGV[4])
  if epoch > a.epoch then
    return reply(AHEAD, a)
  end
  if epoch < a.epoch then
    return reply(TAKEN, a)
  end
  if tonumber(ARGV[5]) ~= a.applied then
    return reply(GAP, a)
  end
end

a.state = ENDED
redis.call('HSET', KEYS[1], 'state', ENDED, 'manner', manner, 'ended', ended, 'seen', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
return reply(OK, a)
