-- SPDX-License-Identifier: MIT
-- Sends the head that a desktop browser sends for a page: some 600 bytes of fields, in the order it sends them.

local head

function init()
    head = table.concat({
        "GET " .. wrk.path .. " HTTP/1.1",
        "Host: " .. wrk.headers["Host"],
        "Connection: keep-alive",
        'sec-ch-ua: "Chromium";v="124", "Not-A.Brand";v="99"',
        "sec-ch-ua-mobile: ?0",
        'sec-ch-ua-platform: "Linux"',
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/124.0.0.0 Safari/537.36",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Dest: document",
        "Accept-Encoding: gzip, deflate, br",
        "Accept-Language: en-GB,en;q=0.9",
        "Cookie: session=f81d4fae7dec11d0a76500a0c91e6bf6; theme=dark; consent=1",
        "",
        "",
    }, "\r\n")
end

function request()
    return head
end
