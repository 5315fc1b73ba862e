-- finished lets go of an attempt whose submission is stored and dealt with. A
-- small rest stays for a while, for counts and for pages that still ask.
--
-- KEYS[1] attempt hash   KEYS[2] answers hash   KEYS[3] operations hash
-- KEYS[4] due set        KEYS[5] closing set of the bucket
-- ARGV[1] attempt  ARGV[2] how long the rest stays, seconds
-- returns reply(OK)
local a = load(KEYS[1])
if a then
  a.state = SUBMITTED
  redis.call('HSET', KEYS[1], 'state', SUBMITTED)
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('SREM', KEYS[5], ARGV[1])
return reply(OK, a)
