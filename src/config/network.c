/* SPDX-License-Identifier: MIT */
/* Networks in the configuration. A slip here makes strangers trusted, or a proxy a stranger: an address with the prefix of
 * its network is therefore no network, and whoever wrote it is asked which of the two was meant. */

#include "config/network.h"

#include "base/cidr.h"
#include "base/decimal.h"
#include "config/draft.h"
#include "config/store.h"
#include "config/value.h"

enum { V4_PARTS = 4 };

static bool fault_host_bits(struct sv word, const struct cidr *net, struct fault *f)
{
    char text[CIDR_TEXT];

    cidr_format(net, text);
    return fault_set(f, 0, word.len, "an address within a network: write %s for all of it, or %.*s for this one", text,
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

static bool fault_prefix(struct sv word, struct fault *f)
{
    size_t slash = sv_find(word, '/');
    struct sv prefix = sv_skip(word, slash + 1);
    bool v6 = sv_find(word, ':') < slash;
    int bits = v6 ? -1 : mask_bits(prefix);

    if (bits >= 0)
        return fault_set(f, slash + 1, prefix.len,
                         "a mask is written as the number of its bits; did you mean '%.*s/%d'?", (int)slash, word.p,
                         bits);
    return fault_set(f, slash + 1, prefix.len, "the length of %s prefix is a number from 0 to %d",
                     v6 ? "an IPv6" : "an IPv4", v6 ? 128 : 32);
}

/* The rest of 10/8, 172.16/12: ".0.0.0", ".0.0". NULL where an IPv4 address does not begin so. */
static const char *missing_parts(struct sv address)
{
    static const char zeros[] = ".0.0.0";
    size_t dots = 0;

    for (size_t i = 0; i < address.len; i++) {
        if (address.p[i] == '.')
            dots++;
        else if (!decimal_is_digit(address.p[i]))
            return NULL;
    }
    return address.len > 0 && address.p[address.len - 1] != '.' && dots < V4_PARTS - 1 ? zeros + 2 * dots : NULL;
}

static bool fault_address(struct sv word, struct fault *f)
{
    struct sv address = sv_of(word.p, sv_find(word, '/'));
    struct sv prefix = sv_skip(word, address.len);
    const char *missing = prefix.len > 0 ? missing_parts(address) : NULL;

    if (missing != NULL && diagnose_cut(word).len == word.len)
        return fault_set(f, 0, address.len, "an IPv4 address has four parts; did you mean '%.*s%s%.*s'?",
                         SV_ARG(address), missing, SV_ARG(prefix));
    if (sv_eq(word, SV("*")) || sv_ieq(word, SV("all")))
        return fault_set(f, 0, word.len, "for every client write ::/0, or 0.0.0.0/0 for those of IPv4");
    if (sv_starts(word, SV("unix:")))
        return fault_set(f, 0, word.len, "write unix: alone, for whoever comes through a unix socket");
    if (sv_starts(word, SV("[")))
        return fault_set(f, 0, word.len, "an address alone, without brackets and port: ::1");
    return fault_set(f, 0, address.len,
                     "this is not an address: 192.0.2.7, 192.0.2.0/24, ::1 or 2001:db8::/32 (names are not looked up)");
}

static bool check_network(const struct schema_key *k, struct sv word, struct fault *f)
{
    struct cidr net;

    (void)k;
    if (sv_eq(word, SV("unix:")))
        return true;
    switch (cidr_parse(word, &net)) {
    case CIDR_NO_ADDRESS:
        return fault_address(word, f);
    case CIDR_BAD_PREFIX:
        return fault_prefix(word, f);
    case CIDR_HOST_BITS:
        return fault_host_bits(word, &net, f);
    case CIDR_OK:
        break;
    }
    return true;
}

struct known_network {
    struct cidr net;
    struct place place;
};

/* Returns false where there is no room for more. */
static bool add_network(struct diagnose *report, struct known_network *known, size_t *n, const struct cidr *net,
                        struct place at)
{
    size_t i = 0;

    while (i < *n && !cidr_eq(&known[i].net, net))
        i++;
    if (i < *n) {
        diagnose_error(report, at, "this network is there already");
        diagnose_note(report, known[i].place, "here");
    } else if (*n == CONFIG_NETWORKS_MAX) {
        diagnose_error(report, at, "more than %d networks for one listener", CONFIG_NETWORKS_MAX);
        return false;
    } else {
        known[(*n)++] = (struct known_network){*net, at};
    }
    return true;
}

static void agree_networks(struct agreement *a, const struct setting *first)
{
    struct known_network known[CONFIG_NETWORKS_MAX];
    size_t n = 0;
    bool room = true;

    for (const struct setting *one = first; room && one != NULL; one = one->next) {
        struct sv rest = one->value.text;
        struct sv word;
        struct cidr net;
        while (room && !one->faulty && sv_next_word(&rest, &word))
            if (cidr_parse(word, &net) == CIDR_OK)
                room = add_network(a->report, known, &n, &net,
                                   ini_place(&one->value, (size_t)(word.p - one->value.text.p), word.len));
    }
}

const struct value_type type_CIDR = {
    .takes = "addresses, networks such as 192.0.2.0/24, or unix:",
    .is_list = true,
    .shares_line = true,
    .check = check_network,
    .store = store_as_written,
    .clear = store_clear_list,
    .agree = agree_networks,
};
