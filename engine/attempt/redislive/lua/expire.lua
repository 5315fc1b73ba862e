-- expire closes an attempt whose due time has come. For one that has ended
-- already, was given more time or is paused, it puts the bucket's sets right.
--
-- KEYS[1] attempt hash   KEYS[2] due set   KEYS[3] closing set of the bucket
-- ARGV[1] attempt  ARGV[2] now ms  ARGV[3] version of the deadline on record
-- returns reply(OK | UNKNOWN | AHEAD | CLOSED | NOTDUE)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if goesOn(a) and tonumber(ARGV[3]) > a.version then
  return reply(AHEAD, a)
end
if a.state == PAUSED then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return reply(NOTDUE, a)
end
if a.state ~= RUNNING then
  redis.call('ZREM', KEYS[2], ARGV[1])
  if a.state == ENDED then
    redis.call('SADD', KEYS[3], ARGV[1])
  end
  return reply(CLOSED, a)
end
if tonumber(ARGV[2]) < a.due then
  redis.call('ZADD', KEYS[2], a.dueText, ARGV[1])
  return reply(NOTDUE, a)
end

a.state = ENDED
redis.call('HSET', KEYS[1], 'state', ENDED, 'manner', DEADLINE, 'ended', a.deadlineText)
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
return reply(OK, a)
