-- restore puts an attempt back as record and journal have it. A live state that
-- is as new or newer, by epoch and applied sequence, keeps its answers; it only
-- takes a newer deadline, and the end that the record knows of. An attempt that
-- was reopened since, which its round tells, comes back whole. Operations that
-- are not durable are never thrown away.
--
-- KEYS[1] attempt hash   KEYS[2] answers hash   KEYS[3] operations hash
-- KEYS[4] due set        KEYS[5] closing set of the bucket
-- KEYS[6] claim
-- ARGV[1] attempt   ARGV[2] candidate   ARGV[3] slots     ARGV[4] state (1, 2 or 4)
-- ARGV[5] epoch     ARGV[6] applied, all durable          ARGV[7] answered
-- ARGV[8] deadline ms   ARGV[9] due ms  ARGV[10] deadline version
-- ARGV[11] seen ms  ARGV[12] ended ms   ARGV[13] manner   ARGV[14] by
-- ARGV[15] reason   ARGV[16] round      ARGV[17] paused since ms
-- ARGV[18] number of answers, then slot and content of each; then the number
--   of operations, then field and value of each; then epoch and applied
--   sequence that the live state had before the journal was read, or "none" and
--   the claim if there was none, or "any"
-- returns reply(OK | AHEAD)
local a = load(KEYS[1])
local was, at = ARGV[#ARGV - 1], ARGV[#ARGV]
local same = was == 'any'
if was == 'none' then
  -- Without the claim, it was restored meanwhile by somebody who knew more, and
  -- lost once more.
  same = not a and redis.call('GET', KEYS[6]) == at
elseif a and not same then
  same = tonumber(was) == a.epoch and tonumber(at) == a.applied
end
if not same then
  return reply(AHEAD, a)
end
local state, epoch, applied = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local reopened = a and tonumber(ARGV[16]) > a.round
local stale = a and tonumber(ARGV[16]) < a.round
local newer = a and not reopened and (stale or a.epoch > epoch or (a.epoch == epoch and a.applied >= applied))
local over = a and not reopened and (stale or (not goesOn(a) and a.state ~= ENDED) or (a.state == ENDED and state ~= ENDED))

if not newer and not over then
  redis.call('HSET', KEYS[1], 'candidate', ARGV[2], 'slots', ARGV[3], 'epoch', epoch,
    'applied', applied, 'durable', applied, 'pruned', math.max(0, applied - KEEP),
    'answered', ARGV[7], 'seen', ARGV[11], 'round', ARGV[16])
  redis.call('HDEL', KEYS[1], 'ended', 'manner', 'by', 'reason')
  redis.call('PERSIST', KEYS[1])
  -- No key is deleted and written again: in a slot that is being moved to
  -- another node, Redis would refuse the second half.
  local at, kept = 18, {}
  for i = 1, tonumber(ARGV[at]) do
    redis.call('HSET', KEYS[2], ARGV[at + 2 * i - 1], ARGV[at + 2 * i])
    kept[ARGV[at + 2 * i - 1]] = true
  end
  for _, slot in ipairs(redis.call('HKEYS', KEYS[2])) do
    if not kept[slot] then
      redis.call('HDEL', KEYS[2], slot)
    end
  end
  at = at + 2 * tonumber(ARGV[at]) + 1
  for i = 1, tonumber(ARGV[at]) do
    redis.call('HSET', KEYS[3], ARGV[at + 2 * i - 1], ARGV[at + 2 * i])
  end
end
if not over then
  if not a or reopened or tonumber(ARGV[10]) > a.version then
    redis.call('HSET', KEYS[1], 'state', state, 'deadline', ARGV[8], 'due', ARGV[9], 'version', ARGV[10],
      'paused', ARGV[17])
  end
  if state == ENDED then
    redis.call('HSET', KEYS[1], 'state', ENDED, 'ended', ARGV[12], 'manner', ARGV[13],
      'by', ARGV[14], 'reason', ARGV[15])
  end
end

a = load(KEYS[1])
if a.state == RUNNING then
  redis.call('ZADD', KEYS[4], a.dueText, ARGV[1])
  redis.call('SREM', KEYS[5], ARGV[1])
elseif a.state == PAUSED then
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('SREM', KEYS[5], ARGV[1])
elseif a.state == ENDED then
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('SADD', KEYS[5], ARGV[1])
end
return reply(OK, a)
