-- touch notes that the page which holds the lease is there.
--
-- KEYS[1] attempt hash
-- ARGV[1] candidate   ARGV[2] epoch   ARGV[3] now ms
-- returns reply(OK | UNKNOWN | FOREIGN | AHEAD)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if a.candidate ~= ARGV[1] then
  return reply(FOREIGN)
end
if tonumber(ARGV[2]) > a.epoch then
  return reply(AHEAD, a)
end

if goesOn(a) and tonumber(ARGV[2]) == a.epoch then
  redis.call('HSET', KEYS[1], 'seen', ARGV[3])
  return reply(OK, a, 0, gone(a, tonumber(ARGV[3])))
end
return reply(OK, a)
