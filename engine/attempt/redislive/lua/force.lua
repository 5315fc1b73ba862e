-- force closes an attempt for staff. From the due time on it closes by the
-- deadline.
--
-- KEYS[1] attempt hash   KEYS[2] due set   KEYS[3] closing set of the bucket
-- ARGV[1] attempt  ARGV[2] now ms  ARGV[3] account  ARGV[4] reason
-- returns reply(OK | UNKNOWN | CLOSED)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if not goesOn(a) then
  return reply(CLOSED, a)
end

local late = tooLate(a, tonumber(ARGV[2]))
a.state = ENDED
if late then
  redis.call('HSET', KEYS[1], 'state', ENDED, 'manner', DEADLINE, 'ended', a.deadlineText)
else
  redis.call('HSET', KEYS[1], 'state', ENDED, 'manner', COLLECTED, 'ended', ARGV[2],
    'by', ARGV[3], 'reason', ARGV[4])
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
return reply(OK, a)
