-- durable notes that operations from … to of an epoch are in the journal. The
-- watermark rises only without a gap. What lies 64 below it is forgotten. For
-- an older epoch the operations are forgotten at once, and the answer speaks of
-- that epoch.
--
-- KEYS[1] attempt hash   KEYS[2] operations hash
-- ARGV[1] epoch   ARGV[2] from   ARGV[3] to
-- returns reply(OK | UNKNOWN | AHEAD | GAP)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
local epoch, from, to = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if epoch > a.epoch or (epoch == a.epoch and to > a.applied) then
  return reply(AHEAD, a)
end
if epoch < a.epoch then
  a.epoch, a.applied, a.durable = epoch, to, to
  if redis.call('HEXISTS', KEYS[2], epoch .. ':' .. (from - 1)) == 1 then
    a.durable = 0
  end
  for seq = from, to do
    redis.call('HDEL', KEYS[2], epoch .. ':' .. seq)
  end
  return reply(OK, a)
end
if from > a.durable + 1 then
  return reply(GAP, a)
end
if to <= a.durable then
  return reply(OK, a)
end

a.durable = to
for seq = a.pruned + 1, to - KEEP do
  redis.call('HDEL', KEYS[2], epoch .. ':' .. seq)
end
redis.call('HSET', KEYS[1], 'durable', to, 'pruned', math.max(a.pruned, to - KEEP))
return reply(OK, a)
