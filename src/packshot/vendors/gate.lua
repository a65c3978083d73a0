-- The gate of a vendor, kept for all processes together. ARGV[1] says what is asked; times are milliseconds of the
-- server's own clock. `places` and `minute` are sorted sets: who calls, until when its place is held if nobody says
-- more; and when calls began. `pause` exists while the vendor wants to be left alone, `line` while somebody waits.
-- `breaker` is the hash that engines/breaker.py describes.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local MINUTE, FORGET = 60000, 600000

local function fresh(places, minute)
  redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', minute, '-inf', now - MINUTE)
end

-- How many more may begin now, as far as limits go, and if none, in how many ms to look again (0: when a place is free).
local function room(places, minute, pause, at_once, a_minute)
  local paused = redis.call('PTTL', pause)
  if paused > 0 then return 0, 'pause', paused end
  local left, why, wait = 1000000, '', 0
  if at_once > 0 then
    left, why = at_once - redis.call('ZCARD', places), 'place'
  end
  if a_minute > 0 then
    local begun = redis.call('ZCARD', minute)
    if a_minute - begun < left then
      left, why = a_minute - begun, 'rate'
      local first = redis.call('ZRANGE', minute, 0, 0, 'WITHSCORES')[2]
      if left <= 0 then wait = first + MINUTE - now end
    end
  end
  return left, why, wait
end

local function enter(places, minute, who, hold)
  if not redis.call('ZSCORE', places, who) then
    redis.call('ZADD', minute, now, who .. ':' .. clock[1] .. clock[2])
    redis.call('PEXPIRE', minute, MINUTE)
  end
  redis.call('ZADD', places, now + hold, who)
  local last = redis.call('ZREVRANGE', places, 0, 0, 'WITHSCORES')[2]
  redis.call('PEXPIREAT', places, math.floor(last))
end

local asked = ARGV[1]

if asked == 'admit' then
  -- KEYS places, minute, pause, line, breaker; ARGV at once, a minute, hold, open, probe, who...
  local places, minute, pause, line, breaker = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
  local at_once, a_minute, hold = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local open_for, probe_for = tonumber(ARGV[5]), tonumber(ARGV[6])
  fresh(places, minute)
  local answers = {}
  for number = 7, #ARGV do
    local who = ARGV[number]
    local mine = redis.call('ZSCORE', places, who)
    local b = redis.call('HMGET', breaker, 'since', 'probe', 'probe_until')
    local verdict, wait = 'go', 0
    if b[1] and now < b[1] + open_for then
      verdict, wait = 'trouble', b[1] + open_for - now
    elseif b[1] and b[2] and b[2] ~= who and now < tonumber(b[3]) then
      verdict, wait = 'trouble', b[3] - now
    elseif not mine then
      local left, why, until_then = room(places, minute, pause, at_once, a_minute)
      if left <= 0 then
        verdict, wait = why, until_then
      elseif redis.call('EXISTS', line) == 1 then
        verdict = 'line'
      end
    elseif redis.call('PTTL', pause) > 0 then
      verdict, wait = 'pause', redis.call('PTTL', pause)
    end
    if verdict == 'go' then
      enter(places, minute, who, hold)
      if b[1] then
        redis.call('HSET', breaker, 'probe', who, 'probe_until', now + probe_for)
      end
    else
      if mine then redis.call('ZREM', places, who) end
      if verdict ~= 'trouble' then redis.call('SET', line, '1', 'PX', 30000) end
    end
    answers[#answers + 1] = {verdict, math.ceil(wait), string.format('%.3f', now)}
  end
  return answers
end

if asked == 'tell' then
  -- for each: KEYS places, line, breaker; ARGV who, weight, began, failures, hold (0: it leaves)
  local answers = {}
  for number = 1, #KEYS / 3 do
    local places, line, breaker = KEYS[3 * number - 2], KEYS[3 * number - 1], KEYS[3 * number]
    local at = 1 + 5 * (number - 1)
    local who, weight, began = ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
    local most, hold = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
    if hold > 0 then
      redis.call('ZADD', places, now + hold, who) -- also where Valkey was emptied meanwhile: the vendor works on it
      if redis.call('PTTL', places) < hold then redis.call('PEXPIRE', places, hold) end
    else
      redis.call('ZREM', places, who)
    end
    local b = redis.call('HMGET', breaker, 'since', 'probe', 'failed_at')
    local changed = ''
    if not b[1] then
      if weight == 'good' and began > tonumber(b[3] or '0') then
        redis.call('DEL', breaker)
      elseif weight == 'bad' then
        redis.call('HSET', breaker, 'failed_at', now)
        redis.call('PEXPIRE', breaker, FORGET)
        if redis.call('HINCRBY', breaker, 'failures', 1) >= most then
          redis.call('HSET', breaker, 'since', now)
          redis.call('HDEL', breaker, 'failures')
          redis.call('PERSIST', breaker)
          changed = 'opened'
        end
      end
    elseif b[2] == who then
      if weight == 'good' or weight == 'answered' then
        redis.call('DEL', breaker)
        changed = 'closed'
      else
        redis.call('HDEL', breaker, 'probe', 'probe_until')
        if weight == 'bad' then
          redis.call('HSET', breaker, 'since', now)
          changed = 'opened'
        end
      end
    end
    answers[number] = {changed, redis.call('EXISTS', line)}
  end
  return answers
end

if asked == 'stay' then
  -- for each: KEYS places, breaker; ARGV who, hold: it is still at it
  for number = 1, #KEYS / 2 do
    local who, hold = ARGV[2 * number], tonumber(ARGV[2 * number + 1])
    redis.call('ZADD', KEYS[2 * number - 1], 'XX', 'GT', now + hold, who)
    if redis.call('PTTL', KEYS[2 * number - 1]) < hold then redis.call('PEXPIRE', KEYS[2 * number - 1], hold) end
    if redis.call('HGET', KEYS[2 * number], 'probe') == who then
      redis.call('HSET', KEYS[2 * number], 'probe_until', now + hold)
    end
  end
  return 0
end

if asked == 'room' then
  -- KEYS places, minute, pause; ARGV at once, a minute: how many may begin, when to look again, and who is at it
  fresh(KEYS[1], KEYS[2])
  local left, _, wait = room(KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[2]), tonumber(ARGV[3]))
  return {left, math.ceil(wait), redis.call('ZRANGE', KEYS[1], 0, -1)}
end

if asked == 'reserve' then
  -- KEYS places, minute, pause; ARGV at once, a minute, hold, who...: those that a place is now kept for
  fresh(KEYS[1], KEYS[2])
  local kept = {}
  for number = 5, #ARGV do
    local left = room(KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[2]), tonumber(ARGV[3]))
    if left <= 0 then break end
    if not redis.call('ZSCORE', KEYS[1], ARGV[number]) then
      enter(KEYS[1], KEYS[2], ARGV[number], tonumber(ARGV[4]))
      kept[#kept + 1] = ARGV[number]
    end
  end
  return kept
end

return redis.error_reply('nothing is asked')
