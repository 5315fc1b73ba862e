-- restore puts an attempt back as record and journal have it. A live state that
-- is as new or newer, by epoch and applied sequence, keeps its answers; it only
-- takes a newer deadline, and the end that the record knows of. Operations that
-- are not durable are never thrown away.
--
-- KEYS[1] attempt hash   KEYS[2] answers hash   KEYS[3] operations hash
-- KEYS[4] due set        KEYS[5] closing set of the bucket
-- ARGV[1] attempt   ARGV[2] candidate   ARGV[3] slots     ARGV[4] state (1 or 2)
-- ARGV[5] epoch     ARGV[6] applied, all durable          ARGV[7] answered
-- ARGV[8] deadline ms   ARGV[9] due ms  ARGV[10] deadline version
-- ARGV[11] seen ms  ARGV[12] ended ms   ARGV[13] manner   ARGV[14] by
-- ARGV[15] reason   ARGV[16] number of answers, then slot and content of each;
--   then the number of operations, then field and value of each
-- returns reply(OK)
local a = load(KEYS[1])
local state, epoch, applied = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local newer = a and (a.epoch > epoch or (a.epoch == epoch and a.applied >= applied))
local over = a and a.state > state

if not newer and not over then
  redis.call('HSET', KEYS[1], 'state', state, 'candidate', ARGV[2], 'slots', ARGV[3], 'epoch', epoch,
    'applied', applied, 'durable', applied, 'pruned', math.max(0, applied - KEEP),
    'answered', ARGV[7], 'seen', ARGV[11])
  redis.call('DEL', KEYS[2])
  local at = 16
  for i = 1, tonumber(ARGV[at]) do
    redis.call('HSET', KEYS[2], ARGV[at + 2 * i - 1], ARGV[at + 2 * i])
  end
  at = at + 2 * tonumber(ARGV[at]) + 1
  for i = 1, tonumber(ARGV[at]) do
    redis.call('HSET', KEYS[3], ARGV[at + 2 * i - 1], ARGV[at + 2 * i])
  end
end
if not over then
  if not a or tonumber(ARGV[10]) > a.version then
    redis.call('HSET', KEYS[1], 'deadline', ARGV[8], 'due', ARGV[9], 'version', ARGV[10])
  end
  if state == ENDED then
    redis.call('HSET', KEYS[1], 'state', ENDED, 'ended', ARGV[12], 'manner', ARGV[13],
      'by', ARGV[14], 'reason', ARGV[15])
  end
end

a = load(KEYS[1])
if a.state == RUNNING then
  redis.call('ZADD', KEYS[4], a.dueText, ARGV[1])
elseif a.state == ENDED then
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('SADD', KEYS[5], ARGV[1])
end
return reply(OK, a)
