-- Put before every script. It holds the codes, reads an attempt and shapes the
-- answer; it writes nothing.
--
-- The attempt hash: state (1 running, 2 closed, 3 submitted, 4 paused),
-- candidate, slots, round (how often it was reopened), epoch, applied, durable
-- and pruned (sequences of that epoch), answered (slots with a response),
-- deadline and due (Unix ms; due is the first instant that is too late), version
-- (of the deadline), paused (Unix ms, 0 while the clock runs; deadline and due
-- are then those of that moment), seen (Unix ms), and once closed ended (Unix
-- ms), manner (1 candidate, 2 deadline, 3 collected), by, reason.
-- The answers hash: slot -> flag (0 or 1) followed by the response.
-- The operations hash: "epoch:seq" -> "received:client:slot:flag" followed by
-- the response; times in Unix ms. It holds everything that is not durable, of
-- any epoch, and the newest 64 durable ones of the current epoch.
local OK, UNKNOWN, FOREIGN, TAKEN, CLOSED, LATE = 0, 1, 2, 3, 4, 5
local GAP, CONFLICT, INVALID, AHEAD, NOTDUE = 6, 7, 8, 9, 10
local RUNNING, ENDED, SUBMITTED, PAUSED = 1, 2, 3, 4
local CANDIDATE, DEADLINE, COLLECTED = 1, 2, 3
local KEEP = 64
-- A page sends something each 15 s. What is missing for longer than this, in
-- ms, is a loss of connection; see attempt.GapAfter.
local GAPAFTER = 40000

local function load(key)
  local v = redis.call('HMGET', key, 'state', 'candidate', 'slots', 'epoch', 'applied', 'durable',
    'pruned', 'answered', 'deadline', 'due', 'version', 'round', 'paused', 'seen')
  if not v[1] then
    return nil
  end
  return {
    state = tonumber(v[1]), candidate = v[2], slots = tonumber(v[3]), epoch = tonumber(v[4]),
    applied = tonumber(v[5]), durable = tonumber(v[6]), pruned = tonumber(v[7]),
    answered = tonumber(v[8]), deadline = tonumber(v[9]), due = tonumber(v[10]),
    version = tonumber(v[11]), deadlineText = v[9], dueText = v[10],
    round = tonumber(v[12]) or 0, paused = tonumber(v[13]) or 0, seen = tonumber(v[14]) or 0,
  }
end

-- goesOn tells whether the attempt has not ended.
local function goesOn(a)
  return a.state == RUNNING or a.state == PAUSED
end

-- tooLate tells whether the due time has come. While the clock stands still it
-- never does.
local function tooLate(a, now)
  return a.state == RUNNING and now >= a.due
end

-- gone returns since when nothing was heard of the page, 0 if not for long or
-- if the clock stood still.
local function gone(a, now)
  if a.state == RUNNING and a.seen > 0 and now - a.seen > GAPAFTER then
    return a.seen
  end
  return 0
end

-- reply: {code, state, epoch, appliedSeq, durableSeq, deadlineMs,
-- deadlineVersion, conflictSeq, pausedMs, goneSinceMs, round}
local function reply(code, a, conflict, since)
  if not a then
    return {code, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
  end
  return {code, a.state, a.epoch, a.applied, a.durable, a.deadline, a.version, conflict or 0,
    a.paused, since or 0, a.round}
end
