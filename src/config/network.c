/* SPDX-License-Identifier: MIT */
/* Networks in the configuration. A slip here makes strangers trusted, or a proxy a stranger: an address with the prefix of
 * its network is therefore no network, and whoever wrote it is asked which of the two was meant. */

#include "config/network.h"

#include "base/cidr.h"
#include "config/schema.h"
#include "text/diagnose.h"

enum { V4_PARTS = 4 };

static bool fault_host_bits(struct sv word, const struct cidr *net, size_t at, struct fault *f)
{
    char text[CIDR_TEXT];

    cidr_format(net, text);
    return fault_set(f, at, word.len, "an address within a network: write %s for all of it, or %.*s for this one", text,
                     (int)sv_find(word, '/'), word.p);
}

/* The number of bits of a mask such as 255.255.255.0; -1 where it is none. */
static int mask_bits(struct sv mask)
{
    struct cidr as_address;
    int bits = 0;

    if (sv_find(mask, '.') == mask.len || cidr_parse(mask, &as_address) != CIDR_OK)
        return -1;
    const unsigned char *byte = &as_address.address.s6_addr[sizeof as_address.address - V4_PARTS];
    while (bits < 8 * V4_PARTS && (byte[bits / 8] & 0x80 >> bits % 8) != 0)
        bits++;
    for (int i = bits; i < 8 * V4_PARTS; i++)
        if ((byte[i / 8] & 0x80 >> i % 8) != 0)
            return -1;
    return bits;
}

static bool fault_prefix(struct sv word, size_t at, struct fault *f)
{
    size_t slash = sv_find(word, '/');
    struct sv prefix = sv_skip(word, slash + 1);
    bool v6 = sv_find(word, ':') < slash;
    int bits = v6 ? -1 : mask_bits(prefix);

    at += slash + 1;
    if (bits >= 0)
        return fault_set(f, at, prefix.len, "a mask is written as the number of its bits; did you mean '%.*s/%d'?",
                         (int)slash, word.p, bits);
    return fault_set(f, at, prefix.len, "the length of %s prefix is a number from 0 to %d", v6 ? "an IPv6" : "an IPv4",
                     v6 ? 128 : 32);
}

/* The rest of 10/8, 172.16/12: ".0.0.0", ".0.0". NULL where an IPv4 address does not begin so. */
static const char *missing_parts(struct sv address)
{
    static const char zeros[] = ".0.0.0";
    size_t dots = 0;

    for (size_t i = 0; i < address.len; i++) {
        if (address.p[i] == '.')
            dots++;
        else if (address.p[i] < '0' || address.p[i] > '9')
            return NULL;
    }
    return address.len > 0 && address.p[address.len - 1] != '.' && dots < V4_PARTS - 1 ? zeros + 2 * dots : NULL;
}

static bool fault_address(struct sv word, size_t at, struct fault *f)
{
    struct sv address = sv_of(word.p, sv_find(word, '/'));
    struct sv prefix = sv_skip(word, address.len);
    const char *missing = prefix.len > 0 ? missing_parts(address) : NULL;

    if (missing != NULL && diagnose_cut(word).len == word.len)
        return fault_set(f, at, address.len, "an IPv4 address has four parts; did you mean '%.*s%s%.*s'?",
                         SV_ARG(address), missing, SV_ARG(prefix));
    if (sv_eq(word, SV("*")) || sv_ieq(word, SV("all")))
        return fault_set(f, at, word.len, "for every client write ::/0, or 0.0.0.0/0 for those of IPv4");
    if (sv_starts(word, SV("unix:")))
        return fault_set(f, at, word.len, "write unix: alone, for whoever comes through a unix socket");
    if (sv_starts(word, SV("[")))
        return fault_set(f, at, word.len, "an address alone, without brackets and port: ::1");
    return fault_set(f, at, address.len,
                     "this is not an address: 192.0.2.7, 192.0.2.0/24, ::1 or 2001:db8::/32 (names are not looked up)");
}

bool network_check(struct sv text, struct fault *f)
{
    struct sv rest = text;
    struct sv word;
    struct cidr net;

    while (schema_next_word(&rest, &word)) {
        size_t at = (size_t)(word.p - text.p);
        if (sv_eq(word, SV("unix:")))
            continue;
        switch (cidr_parse(word, &net)) {
        case CIDR_NO_ADDRESS:
            return fault_address(word, at, f);
        case CIDR_BAD_PREFIX:
            return fault_prefix(word, at, f);
        case CIDR_HOST_BITS:
            return fault_host_bits(word, &net, at, f);
        case CIDR_OK:
            break;
        }
    }
    return true;
}
