/* SPDX-License-Identifier: MIT */
/* Want-Repr-Digest: a digest is wanted where a second reading of the whole dictionary says so; and the line that tells it
 * holds the sum. The input: the lines of the field. */

#include "fuzz_request.h"
#include "http/digest.h"
#include "reference_dictionary.h"

/* Each line is a dictionary that has a member, and what the last one says counts; weights are 0 to 10 (RFC 9530 4). */
static bool reference_wanted(const struct request *rq)
{
    struct reference_value weight = {0};
    uint32_t at = 0;

    for (struct sv line; (line = request_next(rq, FIELD_WANT_REPR_DIGEST, &at)).p != NULL;)
        if (line.len == 0 || !reference_dictionary(line, SV("sha-256"), &weight))
            return false;
    return weight.is_integer && weight.integer > 0 && weight.integer <= 10;
}

static uint8_t sextet(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    check(at != NULL, "'%c' in a sum", c);
    return (uint8_t)(at - digits);
}

static void check_base64(struct sv in)
{
    uint8_t sum[SHA256_LEN] = {0};
    char text[DIGEST_LEN];

    memcpy(sum, in.len > 0 ? in.p : "", in.len < sizeof sum ? in.len : sizeof sum);
    digest_write(sum, text);
    check(text[DIGEST_LEN - 1] == '=', "it ends otherwise");
    const char *p = text;
    for (size_t i = 0; i < sizeof sum; i++) {
        unsigned bits = (unsigned)sextet(p[i * 8 / 6]) << 6;
        bits |= p[i * 8 / 6 + 1] == '=' ? 0 : sextet(p[i * 8 / 6 + 1]);
        check((uint8_t)(bits >> (4 - i * 8 % 6)) == sum[i], "byte %zu of the sum", i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct asking asking;
    struct sv in = fuzz_input(data, len);

    check_base64(in);
    if (!ask(&asking, "Want-Repr-Digest", in))
        return 0;
    bool wanted = digest_is_wanted(&asking.rq);
    check(wanted == reference_wanted(&asking.rq), "wanted %d, the second reading says otherwise", wanted);
    return 0;
}
