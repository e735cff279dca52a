/* SPDX-License-Identifier: MIT */
/* Networks, as the configuration names those whose word is taken for the address of a client. The text is read when the
 * configuration is; on a request's way only cidr_holds is called. */

#include "base/cidr.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>

static const struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

struct in6_addr cidr_map(struct in_addr v4)
{
    struct in6_addr address = mapped;

    memcpy(&address.s6_addr[CIDR_V4 / 8], &v4, sizeof v4);
    return address;
}

/* Which bits of byte i are among the first `bits` of an address. */
static uint8_t mask_of(unsigned int bits, unsigned int i)
{
    unsigned int before = 8 * i;
    unsigned int here = bits <= before ? 0 : bits - before;

    return (uint8_t)(here >= 8 ? 0xff : 0xff00U >> here);
}

/* Sets *first to the number of bits that stand before those which the text can write. */
static bool parse_address(struct sv text, struct in6_addr *out, unsigned int *first)
{
    char terminated[INET6_ADDRSTRLEN];
    struct in_addr v4;

    if (text.len >= sizeof terminated || sv_find(text, '\0') < text.len)
        return false;
    if (text.len > 0)
        memcpy(terminated, text.p, text.len);
    terminated[text.len] = '\0';
    *first = 0;
    if (inet_pton(AF_INET6, terminated, out) == 1)
        return true;
    if (inet_pton(AF_INET, terminated, &v4) != 1)
        return false;
    *out = cidr_map(v4);
    *first = CIDR_V4;
    return true;
}

/* One to three digits without a leading zero. */
static bool parse_prefix(struct sv text, unsigned int most, unsigned int *out)
{
    *out = 0;
    if (text.len == 0 || text.len > 3 || (text.len > 1 && text.p[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        *out = *out * 10 + (unsigned int)(text.p[i] - '0');
    }
    return *out <= most;
}

enum cidr_status cidr_parse(struct sv text, struct cidr *out)
{
    size_t slash = sv_find(text, '/');
    struct cidr net = {.bits = CIDR_HOST};
    enum cidr_status status = CIDR_OK;
    unsigned int first;

    if (!parse_address(sv_of(text.p, slash), &net.address, &first))
        return CIDR_NO_ADDRESS;
    if (slash < text.len) {
        if (!parse_prefix(sv_skip(text, slash + 1), CIDR_HOST - first, &net.bits))
            return CIDR_BAD_PREFIX;
        net.bits += first;
    }
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
    bool v4 = net->bits >= CIDR_V4 && memcmp(&net->address, &mapped, CIDR_V4 / 8) == 0;
    const void *from = v4 ? &net->address.s6_addr[CIDR_V4 / 8] : net->address.s6_addr;

    (void)inet_ntop(v4 ? AF_INET : AF_INET6, from, out, CIDR_TEXT);
    if (net->bits == CIDR_HOST)
        return;
    size_t len = strlen(out);
    (void)snprintf(out + len, CIDR_TEXT - len, "/%u", net->bits - (v4 ? CIDR_V4 : 0));
}
