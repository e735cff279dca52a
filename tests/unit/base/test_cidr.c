/* SPDX-License-Identifier: MIT */
/* Networks: what is one, how it is written, and which addresses are in it. */

#include "base/cidr.h"

#include <arpa/inet.h>

#include "base/ip.h"
#include "expect.h"

static const struct {
    const char *text;
    enum cidr_status status;
    const char *written; /* with CIDR_OK and CIDR_HOST_BITS */
} rows[] = {
    {"192.0.2.0/24", CIDR_OK, "192.0.2.0/24"},
    {"192.0.2.7", CIDR_OK, "192.0.2.7"},
    {"192.0.2.7/32", CIDR_OK, "192.0.2.7"},
    {"192.0.2.6/31", CIDR_OK, "192.0.2.6/31"},
    {"0.0.0.0/0", CIDR_OK, "0.0.0.0/0"},
    {"10.128.0.0/9", CIDR_OK, "10.128.0.0/9"},
    {"::/0", CIDR_OK, "::/0"},
    {"::1", CIDR_OK, "::1"},
    {"2001:DB8:0:0::/32", CIDR_OK, "2001:db8::/32"},
    {"2001:db8::1/128", CIDR_OK, "2001:db8::1"},
    {"fe80::/10", CIDR_OK, "fe80::/10"},
    {"::ffff:192.0.2.0/120", CIDR_OK, "192.0.2.0/24"},
    {"::ffff:0:0/96", CIDR_OK, "0.0.0.0/0"},
    {"::ffff:0:0/95", CIDR_HOST_BITS, "::fffe:0:0/95"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128", CIDR_OK, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", CIDR_OK, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127", CIDR_OK, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"},
    {"192.0.2.7/24", CIDR_HOST_BITS, "192.0.2.0/24"},
    {"10.1.2.3/9", CIDR_HOST_BITS, "10.0.0.0/9"},
    {"10.1.2.3/0", CIDR_HOST_BITS, "0.0.0.0/0"},
    {"2001:db8::1/64", CIDR_HOST_BITS, "2001:db8::/64"},
    {"192.0.2.0/33", CIDR_BAD_PREFIX, NULL},
    {"::/129", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/024", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/+8", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/-1", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/4294967304", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/8/8", CIDR_BAD_PREFIX, NULL},
    {"192.0.2.0/255.255.255.0", CIDR_BAD_PREFIX, NULL},
    {"", CIDR_NO_ADDRESS, NULL},
    {"/8", CIDR_NO_ADDRESS, NULL},
    {"192.0.2/24", CIDR_NO_ADDRESS, NULL},
    {"192.0.02.0/24", CIDR_NO_ADDRESS, NULL},
    {"0x7f.0.0.1", CIDR_NO_ADDRESS, NULL},
    {"[::1]", CIDR_NO_ADDRESS, NULL},
    {"fe80::1%lo", CIDR_NO_ADDRESS, NULL},
    {"localhost", CIDR_NO_ADDRESS, NULL},
};

static void each_text_is_a_network_or_is_told_what_it_lacks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct cidr net = {0};
        char text[CIDR_TEXT] = "";
        enum cidr_status status = cidr_parse(sv_cstr(rows[i].text), &net);

        expect(status == rows[i].status, "%s gave %d", rows[i].text, (int)status);
        if (rows[i].written == NULL)
            continue;
        cidr_format(&net, text);
        expect(strcmp(text, rows[i].written) == 0, "%s is written %s", rows[i].text, text);
    }
}

static void a_nul_byte_ends_no_address(void **state)
{
    struct cidr net;

    (void)state;
    assert_int_equal(cidr_parse(SV("10.0.0.1\0x"), &net), CIDR_NO_ADDRESS);
    assert_int_equal(cidr_parse(SV("10.0.0.1/8\0"), &net), CIDR_BAD_PREFIX);
}

static bool holds(const char *net_text, const char *address)
{
    struct cidr net;
    struct cidr one;

    assert_int_equal(cidr_parse(sv_cstr(net_text), &net), CIDR_OK);
    assert_int_equal(cidr_parse(sv_cstr(address), &one), CIDR_OK);
    return cidr_holds(&net, &one.address);
}

static void a_network_holds_its_addresses_and_no_others(void **state)
{
    (void)state;
    assert_true(holds("192.0.2.0/24", "192.0.2.0"));
    assert_true(holds("192.0.2.0/24", "192.0.2.255"));
    assert_false(holds("192.0.2.0/24", "192.0.3.0"));
    assert_false(holds("192.0.2.0/24", "192.0.1.255"));
    assert_true(holds("192.0.2.0/24", "::ffff:192.0.2.9"));
    assert_false(holds("192.0.2.0/24", "::192.0.2.9"));
    assert_true(holds("192.0.2.4/30", "192.0.2.7"));
    assert_false(holds("192.0.2.4/30", "192.0.2.8"));
    assert_true(holds("192.0.2.7", "192.0.2.7"));
    assert_false(holds("192.0.2.7", "192.0.2.6"));
    assert_true(holds("0.0.0.0/0", "255.255.255.255"));
    assert_false(holds("0.0.0.0/0", "::1"));
    assert_true(holds("::/0", "127.0.0.1"));
    assert_true(holds("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(holds("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(holds("::1", "::1"));
    assert_false(holds("::1", "::2"));
}

/* For all prefixes: the addresses that agree with the network in so many bits are in it, one bit less and they are not. */
static void each_bit_of_a_prefix_counts(void **state)
{
    (void)state;
    for (unsigned int bits = 1; bits <= 128; bits++) {
        struct cidr net = {.bits = bits};
        struct in6_addr address = {0};

        net.address.s6_addr[(bits - 1) / 8] = (uint8_t)(0x80 >> ((bits - 1) % 8));
        address = net.address;
        for (unsigned int i = bits; i < 128; i++)
            address.s6_addr[i / 8] |= (uint8_t)(0x80 >> (i % 8));
        expect(cidr_holds(&net, &address), "/%u", bits);
        address.s6_addr[(bits - 1) / 8] ^= (uint8_t)(0x80 >> ((bits - 1) % 8));
        expect(!cidr_holds(&net, &address), "/%u", bits);
    }
}

static void two_networks_are_the_same_whichever_way_they_are_written(void **state)
{
    struct cidr a;
    struct cidr b;

    (void)state;
    assert_int_equal(cidr_parse(SV("192.0.2.0/24"), &a), CIDR_OK);
    assert_int_equal(cidr_parse(SV("::ffff:c000:200/120"), &b), CIDR_OK);
    assert_true(cidr_eq(&a, &b));
    assert_int_equal(cidr_parse(SV("192.0.2.0/25"), &b), CIDR_OK);
    assert_false(cidr_eq(&a, &b));
    assert_int_equal(cidr_parse(SV("192.0.3.0/24"), &b), CIDR_OK);
    assert_false(cidr_eq(&a, &b));
}

static void an_ipv4_address_is_mapped(void **state)
{
    struct in_addr v4;
    struct cidr net;

    (void)state;
    assert_int_equal(inet_pton(AF_INET, "192.0.2.9", &v4), 1);
    struct in6_addr address = ip_map(v4);
    assert_true(IN6_IS_ADDR_V4MAPPED(&address));
    assert_int_equal(cidr_parse(SV("192.0.2.0/28"), &net), CIDR_OK);
    assert_true(cidr_holds(&net, &address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_is_a_network_or_is_told_what_it_lacks),
        cmocka_unit_test(a_nul_byte_ends_no_address),
        cmocka_unit_test(a_network_holds_its_addresses_and_no_others),
        cmocka_unit_test(each_bit_of_a_prefix_counts),
        cmocka_unit_test(two_networks_are_the_same_whichever_way_they_are_written),
        cmocka_unit_test(an_ipv4_address_is_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
