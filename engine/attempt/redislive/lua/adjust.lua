-- adjust takes over a newer deadline: an extension, a pause or its end. It
-- carries the whole time of the attempt, so changes that arrive in another
-- order than they were made in come to the same: the newest version stays.
--
-- KEYS[1] attempt hash   KEYS[2] due set of the bucket
-- ARGV[1] attempt   ARGV[2] deadline ms   ARGV[3] due ms   ARGV[4] version
-- ARGV[5] paused since ms, 0 while the clock runs
-- returns reply(OK | UNKNOWN | CLOSED)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if not goesOn(a) then
  return reply(CLOSED, a)
end
if tonumber(ARGV[4]) <= a.version then
  return reply(OK, a)
end

a.paused = tonumber(ARGV[5])
a.state = RUNNING
if a.paused > 0 then
  a.state = PAUSED
end
a.deadline, a.due, a.version = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('HSET', KEYS[1], 'state', a.state, 'paused', ARGV[5], 'deadline', ARGV[2], 'due', ARGV[3],
  'version', ARGV[4])
if a.state == PAUSED then
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
end
return reply(OK, a)
