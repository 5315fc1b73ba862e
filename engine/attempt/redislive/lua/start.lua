-- start puts a new attempt in place, gives it the first lease and notes its
-- deadline. An attempt that is there already stays as it is, so a repeated start
-- moves nothing.
--
-- KEYS[1] attempt hash   KEYS[2] due set of the bucket
-- ARGV[1] attempt  ARGV[2] candidate  ARGV[3] slots  ARGV[4] deadline ms
-- ARGV[5] due ms   ARGV[6] deadline version          ARGV[7] now ms
-- returns reply(OK)
local a = load(KEYS[1])
if a then
  return reply(OK, a)
end

redis.call('HSET', KEYS[1], 'state', RUNNING, 'candidate', ARGV[2], 'slots', ARGV[3], 'epoch', 1,
  'applied', 0, 'durable', 0, 'pruned', 0, 'answered', 0, 'deadline', ARGV[4], 'due', ARGV[5],
  'version', ARGV[6], 'seen', ARGV[7], 'round', 0, 'paused', 0)
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
return reply(OK, load(KEYS[1]))
