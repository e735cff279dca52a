-- SPDX-License-Identifier: MIT
-- Requests N files (first argument) in random order: every file once, then the same order again. The order comes
-- from a generator of our own, so that every server, round and machine gets the same one. All requests are built
-- before the first is sent, and all are equally long.

local requests = {}
local at = 0

local function shuffle(list)
    local state = 20240229
    for i = #list, 2, -1 do
        state = (state * 16807) % 2147483647
        local j = state % i + 1
        list[i], list[j] = list[j], list[i]
    end
end

function init(args)
    local count = tonumber(args[1])
    for i = 0, count - 1 do
        requests[i + 1] = wrk.format(nil, string.format("/d%02d/f%05d.html", i % 100, i))
    end
    shuffle(requests)
end

function request()
    at = at % #requests + 1
    return requests[at]
end
