-- enter gives the lease to a newer epoch. The numbers come from the records,
-- where each is given once; here they are only enforced. Operations of the
-- epoch before that are not durable yet stay, for the journal.
--
-- KEYS[1] attempt hash   KEYS[2] operations hash
-- ARGV[1] candidate      ARGV[2] epoch   ARGV[3] now ms
-- returns reply(OK | UNKNOWN | FOREIGN | CLOSED | LATE | TAKEN)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if a.candidate ~= ARGV[1] then
  return reply(FOREIGN)
end
if not goesOn(a) then
  return reply(CLOSED, a)
end
local now = tonumber(ARGV[3])
if tooLate(a, now) then
  return reply(LATE, a)
end
local epoch = tonumber(ARGV[2])
if epoch < a.epoch then
  return reply(TAKEN, a)
end
if epoch == a.epoch then
  return reply(OK, a)
end

for seq = a.pruned + 1, a.durable do
  redis.call('HDEL', KEYS[2], a.epoch .. ':' .. seq)
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'applied', 0, 'durable', 0, 'pruned', 0, 'seen', ARGV[3])
a.epoch, a.applied, a.durable = epoch, 0, 0
return reply(OK, a, 0, gone(a, now))
