/* SPDX-License-Identifier: MIT */
/* Networks, as the configuration names those whose word is taken for the address of a client. The text is read when the
 * configuration is; on a request's way only cidr_holds is called. */

#include "base/cidr.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>

#include "base/decimal.h"
#include "base/ip.h"

/* Which bits of byte i are among the first `bits` of an address. */
static uint8_t mask_of(unsigned int bits, unsigned int i)
{
    unsigned int before = 8 * i;
    unsigned int here = bits <= before ? 0 : bits - before;

    return (uint8_t)(here >= 8 ? 0xff : 0xff00U >> here);
}

/* `first`: the bits that stand before those which the text can write. A length has no leading zeros. */
static bool parse_prefix(struct sv text, unsigned int first, unsigned int *bits)
{
    uint64_t n;

    if (!decimal_parse(text, CIDR_HOST - first, &n) || !decimal_is_plain(text))
        return false;
    *bits = first + (unsigned int)n;
    return true;
}

enum cidr_status cidr_parse(struct sv text, struct cidr *out)
{
    size_t slash = sv_find(text, '/');
    struct cidr net = {.bits = CIDR_HOST};
    enum cidr_status status = CIDR_OK;
    bool v6 = sv_find(text, ':') < slash;

    if (!ip_parse(sv_of(text.p, slash), &net.address))
        return CIDR_NO_ADDRESS;
    if (slash < text.len && !parse_prefix(sv_skip(text, slash + 1), v6 ? 0 : CIDR_V4, &net.bits))
        return CIDR_BAD_PREFIX;
    for (unsigned int i = 0; i < sizeof net.address; i++) {
        uint8_t kept = net.address.s6_addr[i] & mask_of(net.bits, i);
        if (kept != net.address.s6_addr[i])
            status = CIDR_HOST_BITS;
        net.address.s6_addr[i] = kept;
    }
    *out = net;
    return status;
}

bool cidr_holds(const struct cidr *net, const struct in6_addr *address)
{
    unsigned int whole = net->bits / 8;

    if (memcmp(&net->address, address, whole) != 0)
        return false;
    return whole == sizeof *address ||
           (address->s6_addr[whole] & mask_of(net->bits, whole)) == net->address.s6_addr[whole];
}

bool cidr_eq(const struct cidr *a, const struct cidr *b)
{
    return a->bits == b->bits && memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

void cidr_format(const struct cidr *net, char out[static CIDR_TEXT])
{
    bool v4 = net->bits >= CIDR_V4 && IN6_IS_ADDR_V4MAPPED(&net->address);
    const void *from = v4 ? &net->address.s6_addr[CIDR_V4 / 8] : net->address.s6_addr;

    (void)inet_ntop(v4 ? AF_INET : AF_INET6, from, out, CIDR_TEXT);
    if (net->bits == CIDR_HOST)
        return;
    size_t len = strlen(out);
    (void)snprintf(out + len, CIDR_TEXT - len, "/%u", net->bits - (v4 ? CIDR_V4 : 0));
}
