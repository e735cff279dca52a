-- SPDX-License-Identifier: MIT
-- Sends as many requests as its first argument says in one write, and the next lot when all are answered.

local batch

function init(args)
    batch = string.rep(wrk.format(), tonumber(args[1]))
end

function request()
    return batch
end
