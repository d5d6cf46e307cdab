#include "tests/support/token_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/world.h"

#define AUD "\"aud\":\"https://github.com/dotnet/dotnet-monitor\""
#define ISS "\"iss\":\"https://github.com/dotnet/dotnet-monitor/generatekey+MonitorApiKey\""
#define SUB "\"sub\":\"" TOKEN_SUBJECT "\""
#define EXP "\"exp\":@+600"
#define ALL_BUT_EXP AUD "," ISS "," SUB
#define ALL ALL_BUT_EXP "," EXP
#define XML "http://www.w3.org/2001/04/xmldsig-more#"

#define PLAIN "Bearer"
#define INVALID "Bearer error=\"invalid_token\""
#define TOLD(text) INVALID ", error_description=\"" text "\""
#define NOT_FOUND TOLD("The signature key was not found")
#define NO_EXP TOLD("The token has no expiration")
#define EXPIRED(when) TOLD("The token expired at '" when "'")
#define BAD_AUD(aud) TOLD("The audience '" aud "' is invalid")
#define BAD_ISS(iss) TOLD("The issuer '" iss "' is invalid")

static const char *short_signature(const char *token)
{
    return world_text("%.*s", (int)strlen(token) - 4, token);
}

static const char *flipped_payload(const char *token)
{
    char *text = world_text("%s", token);
    char *at = strchr(text, '.') + 8;

    *at = *at == 'A' ? 'B' : 'A';
    return text;
}

static const char *padded(const char *token)
{
    return world_text("%s==", token);
}

static const char *padded_payload(const char *token)
{
    const char *end = strrchr(token, '.');

    return world_text("%.*s=%s", (int)(end - token), token, end);
}

static const char *standard_alphabet(const char *token)
{
    char *text = world_text("%s", token);

    for (char *c = strrchr(text, '.'); *c; c++)
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    return text;
}

static const char *stray_bits(const char *token)
{
    char *text = world_text("%s", token);

    /* 64 bytes leave 4 bits of the last character without meaning. */
    text[strlen(text) - 1] = (char)(text[strlen(text) - 1] + 1);
    return text;
}

static const char *extra_dot(const char *token)
{
    return world_text("%s.", token);
}

static const char *leading_dot(const char *token)
{
    return world_text(".%s", token);
}

static const char *two_parts(const char *token)
{
    return world_text("%.*s", (int)(strrchr(token, '.') - token), token);
}

static const char *five_parts(const char *token)
{
    return world_text("%s.AAAA.AAAA", token);
}

static const char *only_dots(const char *token)
{
    (void)token;
    return "..";
}

static const char *empty(const char *token)
{
    (void)token;
    return "";
}

static const char *one_word(const char *token)
{
    (void)token;
    return "letmein";
}

static const char *blank_inside(const char *token)
{
    const char *dot = strchr(token, '.');

    return world_text("%.*s. %s", (int)(dot - token), token, dot + 1);
}

#define HUGE_CLAIM(name) "\"" name "\":\"" K1 K1 K1 K1 K1 K1 K1 K1 K1 K1 "\","
#define K1 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64 C64
#define C64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DEEP8 "[[[[[[[["
#define PEED8 "]]]]]]]]"

/* clang-format off */
const struct token_row token_rows[] = {
    /* How it is sent. */
    {.label = "good", .status = 200},
    {.label = "no header", .authorization = {"-"}, .status = 401, .challenge = PLAIN},
    {.label = "empty header", .authorization = {""}, .status = 401, .challenge = PLAIN},
    {.label = "lower-case scheme", .authorization = {"bearer %s"}, .status = 200},
    {.label = "upper-case scheme", .authorization = {"BEARER %s"}, .status = 200},
    {.label = "scheme Basic", .authorization = {"Basic %s"}, .status = 401, .challenge = PLAIN},
    {.label = "no scheme", .authorization = {"%s"}, .status = 401, .challenge = PLAIN},
    {.label = "no blank", .authorization = {"Bearer%s"}, .status = 401, .challenge = PLAIN},
    {.label = "tab for blank", .authorization = {"Bearer\t%s"}, .status = 401, .challenge = PLAIN},
    {.label = "two blanks", .authorization = {"Bearer   %s"}, .status = 200},
    {.label = "scheme alone", .authorization = {"Bearer"}, .status = 401, .challenge = PLAIN},
    {.label = "something after the token", .authorization = {"Bearer %s x"}, .status = 401, .challenge = NOT_FOUND},
    {.label = "in quotes", .authorization = {"Bearer \"%s\""}, .status = 401, .challenge = INVALID},
    {.label = "twice in one header", .authorization = {"Bearer %s, Bearer %s"}, .status = 401, .challenge = INVALID},
    {.label = "two headers, the first good", .authorization = {"Bearer %s", "Bearer x"}, .status = 401, .challenge = NOT_FOUND},
    {.label = "two headers, the second good", .authorization = {"Bearer x", "Bearer %s"}, .status = 401, .challenge = INVALID},
    {.label = "two headers, both good", .authorization = {"Bearer %s", "Bearer %s"}, .status = 401, .challenge = INVALID},

    /* Form. */
    {.label = "empty token", .change = empty, .status = 401, .challenge = PLAIN},
    {.label = "one word", .change = one_word, .status = 401, .challenge = INVALID},
    {.label = "only dots", .change = only_dots, .status = 401, .challenge = INVALID},
    {.label = "two parts", .change = two_parts, .status = 401, .challenge = INVALID},
    {.label = "five parts", .change = five_parts, .status = 401, .challenge = INVALID},
    {.label = "dot at the end", .change = extra_dot, .status = 401, .challenge = INVALID},
    {.label = "dot at the beginning", .change = leading_dot, .status = 401, .challenge = INVALID},
    {.label = "blank inside", .change = blank_inside, .status = 401, .challenge = INVALID, .peer_status = 401, .peer_challenge = NOT_FOUND},
    {.label = "padding at the end", .change = padded, .status = 401, .challenge = NOT_FOUND},
    {.label = "padding of the payload", .change = padded_payload, .status = 401, .challenge = INVALID},
    {.label = "+ and / in the signature", .change = standard_alphabet, .status = 401, .challenge = NOT_FOUND},
    {.label = "stray bits at the end", .key = "P-256", .how = "ES256", .header = "{\"alg\":\"ES256\"}", .change = stray_bits, .status = 401, .challenge = NOT_FOUND},
    {.label = "header is no JSON", .header = "alg", .status = 401, .challenge = INVALID},
    {.label = "header is a list", .header = "[]", .status = 401, .challenge = INVALID},
    {.label = "payload is no JSON", .payload = "good", .status = 401, .challenge = INVALID},
    {.label = "payload is a list", .payload = "[{" ALL "}]", .status = 401, .challenge = INVALID},
    {.label = "payload is a text", .payload = "\"x\"", .status = 401, .challenge = INVALID},
    {.label = "payload is cut off", .payload = "{" ALL, .status = 401, .challenge = INVALID},
    {.label = "something after the payload", .payload = "{" ALL "}}", .status = 401, .challenge = INVALID, .peer_status = 200},
    {.label = "empty payload", .payload = "", .status = 401, .challenge = NO_EXP},
    {.label = "blanks in the payload", .payload = " {\n\t" ALL "\r\n} ", .status = 200},
    {.label = "comment in the payload", .payload = "{/*x*/" ALL "}", .status = 401, .challenge = INVALID},
    {.label = "comma at the end of the payload", .payload = "{" ALL ",}", .status = 401, .challenge = INVALID},
    {.label = "BOM before the payload", .payload = "\xEF\xBB\xBF{" ALL "}", .status = 401, .challenge = INVALID},
    {.label = "no UTF-8 in the payload", .payload = "{\"x\":\"\xff\xfe\"," ALL "}", .status = 401, .challenge = INVALID},
    {.label = "U+0000 in a claim", .payload = "{\"x\":\"a\\u0000b\"," ALL "}", .status = 200},
    {.label = "nesting of 60", .payload = "{\"x\":" DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 PEED8 PEED8 PEED8 PEED8 PEED8 PEED8 PEED8 "," ALL "}", .status = 200},
    {.label = "nesting of 72", .payload = "{\"x\":" DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 DEEP8 PEED8 PEED8 PEED8 PEED8 PEED8 PEED8 PEED8 PEED8 PEED8 "," ALL "}", .status = 401, .challenge = INVALID},
    {.label = "14 KB", .payload = "{" HUGE_CLAIM("x") ALL "}", .status = 200},
    {.label = "28 KB", .payload = "{" HUGE_CLAIM("x") HUGE_CLAIM("y") ALL "}", .status = 200},

    /* Algorithm and signature. */
    {.label = "none without signature", .how = "none", .header = "{\"alg\":\"none\"}", .status = 401, .challenge = TOLD("The signature is invalid")},
    {.label = "None without signature", .how = "none", .header = "{\"alg\":\"None\"}", .status = 401, .challenge = TOLD("The signature is invalid")},
    {.label = "none with a good signature", .header = "{\"alg\":\"none\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "signature left out", .how = "none", .status = 401, .challenge = TOLD("The signature is invalid")},
    {.label = "no alg", .header = "{\"typ\":\"JWT\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "alg is a number", .header = "{\"alg\":384}", .status = 401, .challenge = INVALID},
    {.label = "alg in lower case", .header = "{\"alg\":\"es384\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "alg twice, the last good", .header = "{\"alg\":\"none\",\"alg\":\"ES384\"}", .status = 200},
    {.label = "alg twice, the first good", .header = "{\"alg\":\"ES384\",\"alg\":\"none\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "HMAC with the JWK", .how = "HS256", .header = "{\"alg\":\"HS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "HMAC with the PEM", .how = "HS384-pem", .header = "{\"alg\":\"HS384\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "HMAC by URI", .how = "HS256", .header = "{\"alg\":\"" XML "hmac-sha256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "HMAC that says ES384", .how = "HS384", .status = 401, .challenge = NOT_FOUND},
    {.label = "ES384 by URI", .header = "{\"alg\":\"" XML "ecdsa-sha384\",\"typ\":\"JWT\"}", .status = 200},
    {.label = "ES384 by URI, another key", .signer = "other", .header = "{\"alg\":\"" XML "ecdsa-sha384\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "ES256 with P-384", .how = "ES256", .header = "{\"alg\":\"ES256\"}", .status = 401, .challenge = NOT_FOUND, .peer_status = 200},
    {.label = "ES512 with P-384", .how = "ES512", .header = "{\"alg\":\"ES512\"}", .status = 401, .challenge = NOT_FOUND, .peer_status = 200},
    {.label = "ES256 by URI with P-384", .how = "ES256", .header = "{\"alg\":\"" XML "ecdsa-sha256\"}", .status = 401, .challenge = NOT_FOUND, .peer_status = 200},
    {.label = "another hash than it says", .how = "ES256", .status = 401, .challenge = NOT_FOUND},
    {.label = "RS256 with P-384", .signer = "RSA-2048", .how = "RS256", .header = "{\"alg\":\"RS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "another key", .signer = "other", .status = 401, .challenge = NOT_FOUND},
    {.label = "key in the header", .signer = "other", .header = "{\"alg\":\"ES384\",\"jwk\":{\"kty\":\"EC\"},\"jku\":\"http://127.0.0.1:1/\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "signature cut off", .change = short_signature, .status = 401, .challenge = NOT_FOUND},
    {.label = "signature in DER", .how = "DER384", .status = 401, .challenge = NOT_FOUND},
    {.label = "signature of zeros", .how = "zero", .status = 401, .challenge = NOT_FOUND},
    {.label = "payload changed", .change = flipped_payload, .status = 401, .challenge = INVALID},
    {.label = "crit", .header = "{\"alg\":\"ES384\",\"crit\":[\"exp\"],\"exp\":1}", .status = 401, .challenge = INVALID, .peer_status = 200},
    {.label = "b64 false", .header = "{\"alg\":\"ES384\",\"crit\":[\"b64\"],\"b64\":false}", .status = 401, .challenge = INVALID, .peer_status = 200},
    {.label = "other typ", .header = "{\"alg\":\"ES384\",\"typ\":\"at+jwt\"}", .status = 200},
    {.label = "kid that the key has not", .header = "{\"alg\":\"ES384\",\"kid\":\"mine\"}", .status = 200},
    {.label = "kid, another key", .signer = "other", .header = "{\"alg\":\"ES384\",\"kid\":\"mine\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "zip", .header = "{\"alg\":\"ES384\",\"zip\":\"DEF\"}", .status = 200},

    /* Life time. */
    {.label = "expired", .payload = "{" ALL_BUT_EXP ",\"exp\":@-600}", .status = 401, .challenge = EXPIRED("@-600")},
    {.label = "expired within the skew", .payload = "{" ALL_BUT_EXP ",\"exp\":@-285}", .status = 200},
    {.label = "expired just past the skew", .payload = "{" ALL_BUT_EXP ",\"exp\":@-301}", .status = 401, .challenge = EXPIRED("@-301")},
    {.label = "no exp", .payload = "{" ALL_BUT_EXP "}", .status = 401, .challenge = NO_EXP},
    {.label = "exp with other case", .payload = "{" ALL_BUT_EXP ",\"EXP\":@+600}", .status = 401, .challenge = NO_EXP},
    {.label = "exp quoted", .payload = "{" ALL_BUT_EXP ",\"exp\":\"@+600\"}", .status = 200},
    {.label = "exp quoted, past", .payload = "{" ALL_BUT_EXP ",\"exp\":\"@-600\"}", .status = 401, .challenge = EXPIRED("@-600")},
    {.label = "exp with fraction", .payload = "{" ALL_BUT_EXP ",\"exp\":@+600.5}", .status = 200},
    {.label = "exp quoted with fraction", .payload = "{" ALL_BUT_EXP ",\"exp\":\"@+600.5\"}", .status = 200},
    {.label = "exp with exponent", .payload = "{" ALL_BUT_EXP ",\"exp\":4e9}", .status = 200},
    {.label = "exp zero", .payload = "{" ALL_BUT_EXP ",\"exp\":0}", .status = 401, .challenge = EXPIRED("01/01/1970 00:00:00")},
    {.label = "exp negative", .payload = "{" ALL_BUT_EXP ",\"exp\":-1}", .status = 401, .challenge = EXPIRED("01/01/1970 00:00:00")},
    {.label = "exp after the year 9999", .payload = "{" ALL_BUT_EXP ",\"exp\":253402300800}", .status = 200},
    {.label = "exp 2^63-1", .payload = "{" ALL_BUT_EXP ",\"exp\":9223372036854775807}", .status = 200},
    {.label = "exp beyond 64 bits", .payload = "{" ALL_BUT_EXP ",\"exp\":99999999999999999999}", .status = 401, .challenge = INVALID},
    {.label = "exp 1e30", .payload = "{" ALL_BUT_EXP ",\"exp\":1e30}", .status = 401, .challenge = INVALID},
    {.label = "exp 1e999", .payload = "{" ALL_BUT_EXP ",\"exp\":1e999}", .status = 401, .challenge = INVALID},
    {.label = "exp null", .payload = "{" ALL_BUT_EXP ",\"exp\":null}", .status = 401, .challenge = INVALID},
    {.label = "exp true", .payload = "{" ALL_BUT_EXP ",\"exp\":true}", .status = 401, .challenge = INVALID},
    {.label = "exp a word", .payload = "{" ALL_BUT_EXP ",\"exp\":\"soon\"}", .status = 401, .challenge = INVALID},
    {.label = "exp empty", .payload = "{" ALL_BUT_EXP ",\"exp\":\"\"}", .status = 401, .challenge = INVALID},
    {.label = "exp a list", .payload = "{" ALL_BUT_EXP ",\"exp\":[@+600]}", .status = 401, .challenge = INVALID},
    {.label = "exp quoted with blanks", .payload = "{" ALL_BUT_EXP ",\"exp\":\" @+600 \"}", .status = 200},
    {.label = "exp quoted with sign", .payload = "{" ALL_BUT_EXP ",\"exp\":\"+4000000000\"}", .status = 200},
    {.label = "exp twice, the last good", .payload = "{" ALL_BUT_EXP ",\"exp\":@-600,\"exp\":@+600}", .status = 200},
    {.label = "exp twice, the first good", .payload = "{" ALL_BUT_EXP ",\"exp\":@+600,\"exp\":@-600}", .status = 401, .challenge = EXPIRED("@-600")},
    {.label = "nbf past", .payload = "{" ALL ",\"nbf\":@-60}", .status = 200},
    {.label = "nbf within the skew", .payload = "{" ALL ",\"nbf\":@+285}", .status = 200},
    {.label = "nbf past the skew", .payload = "{" ALL ",\"nbf\":@+330}", .status = 401, .challenge = TOLD("The token is not valid before '@+330'")},
    {.label = "nbf quoted", .payload = "{" ALL ",\"nbf\":\"@+330\"}", .status = 401, .challenge = TOLD("The token is not valid before '@+330'")},
    {.label = "nbf a word", .payload = "{" ALL ",\"nbf\":\"soon\"}", .status = 401, .challenge = INVALID},
    {.label = "nbf null", .payload = "{" ALL ",\"nbf\":null}", .status = 401, .challenge = INVALID},
    {.label = "nbf after exp", .payload = "{" ALL_BUT_EXP ",\"exp\":@+100,\"nbf\":@+200}", .status = 401, .challenge = TOLD("The token lifetime is invalid; NotBefore: '@+200', Expires: '@+100'")},
    {.label = "iat to come", .payload = "{" ALL ",\"iat\":@+9999}", .status = 200},

    /* For whom, from whom, who. */
    {.label = "no aud", .payload = "{" ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("empty")},
    {.label = "other aud", .payload = "{\"aud\":\"x\"," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("(null)")},
    {.label = "empty aud", .payload = "{\"aud\":\"\"," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("(null)")},
    {.label = "aud in other case", .payload = "{\"aud\":\"HTTPS://github.com/dotnet/dotnet-monitor\"," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("(null)")},
    {.label = "aud with a slash more", .payload = "{\"aud\":\"https://github.com/dotnet/dotnet-monitor/\"," ISS "," SUB "," EXP "}", .status = 200},
    {.label = "aud with a blank more", .payload = "{\"aud\":\"https://github.com/dotnet/dotnet-monitor \"," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("(null)")},
    {.label = "aud in a list", .payload = "{\"aud\":[\"x\",\"https://github.com/dotnet/dotnet-monitor\"]," ISS "," SUB "," EXP "}", .status = 200},
    {.label = "aud not in the list", .payload = "{\"aud\":[\"x\",\"y\"]," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("(null)")},
    {.label = "aud an empty list", .payload = "{\"aud\":[]," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("empty")},
    {.label = "aud a number", .payload = "{\"aud\":1," ISS "," SUB "," EXP "}", .status = 401, .challenge = INVALID},
    {.label = "aud null", .payload = "{\"aud\":null," ISS "," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("empty")},
    {.label = "no iss", .payload = "{" AUD "," SUB "," EXP "}", .status = 401, .challenge = BAD_ISS("")},
    {.label = "other iss", .payload = "{\"iss\":\"x\"," AUD "," SUB "," EXP "}", .status = 401, .challenge = BAD_ISS("x")},
    {.label = "empty iss", .payload = "{\"iss\":\"\"," AUD "," SUB "," EXP "}", .status = 401, .challenge = BAD_ISS("")},
    {.label = "iss in other case", .payload = "{\"iss\":\"https://github.com/dotnet/dotnet-monitor/generatekey+monitorapikey\"," AUD "," SUB "," EXP "}", .status = 401, .challenge = BAD_ISS("https://github.com/dotnet/dotnet-monitor/generatekey+monitorapikey")},
    {.label = "iss with a quote and a line end", .payload = "{\"iss\":\"a\\\"b\\r\\nX: y\\u00e9\"," AUD "," SUB "," EXP "}", .status = 401, .challenge = BAD_ISS("a?b??X: y??"), .peer_status = 500},
    {.label = "iss in a list", .payload = "{\"iss\":[\"https://github.com/dotnet/dotnet-monitor/generatekey+MonitorApiKey\"]," AUD "," SUB "," EXP "}", .status = 401, .challenge = INVALID},
    {.label = "other aud and expired", .payload = "{\"aud\":\"x\"," ISS "," SUB ",\"exp\":@-600}", .status = 401, .challenge = EXPIRED("@-600")},
    {.label = "other aud and other iss", .payload = "{\"aud\":\"x\",\"iss\":\"y\"," SUB "," EXP "}", .status = 401, .challenge = BAD_AUD("(null)")},
    {.label = "other sub", .payload = "{" AUD "," ISS "," EXP ",\"sub\":\"x\"}", .status = 403},
    {.label = "empty sub", .payload = "{" AUD "," ISS "," EXP ",\"sub\":\"\"}", .status = 403},
    {.label = "no sub", .payload = "{" AUD "," ISS "," EXP "}", .status = 403},
    {.label = "sub null", .payload = "{" AUD "," ISS "," EXP ",\"sub\":null}", .status = 403},
    {.label = "sub a number", .payload = "{" AUD "," ISS "," EXP ",\"sub\":3}", .status = 403},
    {.label = "sub in other case", .payload = "{" AUD "," ISS "," EXP ",\"sub\":\"3F0F3A0E-6A1C-4D5E-9D0B-0A1F2E3D4C5B\"}", .status = 403},
    {.label = "sub with a blank more", .payload = "{" AUD "," ISS "," EXP ",\"sub\":\"" TOKEN_SUBJECT " \"}", .status = 403},
    {.label = "sub cut by U+0000", .payload = "{" AUD "," ISS "," EXP ",\"sub\":\"" TOKEN_SUBJECT "\\u0000x\"}", .status = 403},
    {.label = "sub in a list", .payload = "{" AUD "," ISS "," EXP ",\"sub\":[\"x\",\"" TOKEN_SUBJECT "\"]}", .status = 401, .challenge = INVALID},
    {.label = "sub twice, the last good", .payload = "{" AUD "," ISS "," EXP ",\"sub\":\"x\"," SUB "}", .status = 200},
    {.label = "sub twice, the first good", .payload = "{" AUD "," ISS "," EXP "," SUB ",\"sub\":\"x\"}", .status = 403},
    {.label = "sub true", .payload = "{" AUD "," ISS "," EXP ",\"sub\":true}", .status = 401, .challenge = INVALID},
    {.label = "sub an object", .payload = "{" AUD "," ISS "," EXP ",\"sub\":{}}", .status = 401, .challenge = INVALID},
    {.label = "iss a number", .payload = "{" AUD "," SUB "," EXP ",\"iss\":1}", .status = 401, .challenge = INVALID},
    {.label = "iss null", .payload = "{" AUD "," SUB "," EXP ",\"iss\":null}", .status = 401, .challenge = BAD_ISS("(null)")},
    {.label = "iss true", .payload = "{" AUD "," SUB "," EXP ",\"iss\":true}", .status = 401, .challenge = INVALID},
    {.label = "jti a list", .payload = "{\"jti\":[]," ALL "}", .status = 401, .challenge = INVALID},
    {.label = "azp a list", .payload = "{\"azp\":[]," ALL "}", .status = 401, .challenge = INVALID},
    {.label = "iat a word", .payload = "{\"iat\":\"x\"," ALL "}", .status = 401, .challenge = INVALID},
    {.label = "exp a word, another key", .signer = "other", .payload = "{" ALL_BUT_EXP ",\"exp\":\"x\"}", .status = 401, .challenge = INVALID},
    {.label = "sub a list, another key", .signer = "other", .payload = "{" ALL ",\"sub\":[]}", .status = 401, .challenge = INVALID},
    {.label = "aud a list with a number", .payload = "{\"aud\":[1,\"https://github.com/dotnet/dotnet-monitor\"]," ISS "," SUB "," EXP "}", .status = 401, .challenge = INVALID},
    {.label = "aud an object", .payload = "{\"aud\":{}," ISS "," SUB "," EXP "}", .status = 401, .challenge = INVALID},
    {.label = "kid a number", .header = "{\"alg\":\"ES384\",\"kid\":1}", .status = 401, .challenge = INVALID},
    {.label = "typ a number", .header = "{\"alg\":\"ES384\",\"typ\":1}", .status = 401, .challenge = INVALID},
    {.label = "alg null", .header = "{\"alg\":null}", .status = 401, .challenge = NOT_FOUND},
    {.label = "subject as nameid", .payload = "{" AUD "," ISS "," EXP ",\"nameid\":\"" TOKEN_SUBJECT "\"}", .status = 200},
    {.label = "exp -1e30", .payload = "{" ALL_BUT_EXP ",\"exp\":-1e30}", .status = 401, .challenge = INVALID},
    {.label = "exp quoted beyond 64 bits", .payload = "{" ALL_BUT_EXP ",\"exp\":\"99999999999999999999\"}", .status = 401, .challenge = INVALID},
    {.label = "exp 1e17", .payload = "{" ALL_BUT_EXP ",\"exp\":1e17}", .status = 200},
    {.label = "exp quoted 1e17", .payload = "{" ALL_BUT_EXP ",\"exp\":\"1e17\"}", .status = 200},
    {.label = "exp quoted negative", .payload = "{" ALL_BUT_EXP ",\"exp\":\"-5\"}", .status = 401, .challenge = EXPIRED("01/01/1970 00:00:00")},
    {.label = "exp 0.9 s", .payload = "{" ALL_BUT_EXP ",\"exp\":0.9}", .status = 401, .challenge = EXPIRED("01/01/1970 00:00:01")},
    {.label = "exp hexadecimal", .payload = "{" ALL_BUT_EXP ",\"exp\":\"0xffffffff\"}", .status = 401, .challenge = INVALID},
    {.label = "exp with thousands", .payload = "{" ALL_BUT_EXP ",\"exp\":\"4,000,000,000\"}", .status = 401, .challenge = INVALID, .peer_status = 200},
    {.label = "nbf in the year 20000", .payload = "{" ALL ",\"nbf\":568971820800}", .status = 401, .challenge = TOLD("The token lifetime is invalid; NotBefore: '12/31/9999 23:59:59', Expires: '@+600'")},
    {.label = "exp in the year 20000, nbf in 30000", .payload = "{" ALL_BUT_EXP ",\"nbf\":884541340800,\"exp\":568971820800}", .status = 401, .challenge = TOLD("The token is not valid before '12/31/9999 23:59:59'")},
    {.label = "other sub and expired", .payload = "{" AUD "," ISS ",\"sub\":\"x\",\"exp\":@-600}", .status = 401, .challenge = EXPIRED("@-600")},

    /* The other kinds of keys. */
    {.label = "ES256", .key = "P-256", .how = "ES256", .header = "{\"alg\":\"ES256\"}", .status = 200},
    {.label = "ES256 by URI", .key = "P-256", .how = "ES256", .header = "{\"alg\":\"" XML "ecdsa-sha256\"}", .status = 200},
    {.label = "ES384 with P-256", .key = "P-256", .header = "{\"alg\":\"ES384\"}", .status = 401, .challenge = NOT_FOUND, .peer_status = 200},
    {.label = "P-384 against P-256", .key = "P-256", .signer = "P-384", .header = "{\"alg\":\"ES384\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "ES512", .key = "P-521", .how = "ES512", .header = "{\"alg\":\"ES512\"}", .status = 200},
    {.label = "ES512 by URI", .key = "P-521", .how = "ES512", .header = "{\"alg\":\"" XML "ecdsa-sha512\"}", .status = 200},
    {.label = "ES256 with P-521", .key = "P-521", .how = "ES256", .header = "{\"alg\":\"ES256\"}", .status = 401, .challenge = NOT_FOUND, .peer_status = 200},
    {.label = "RS256", .key = "RSA-2048", .how = "RS256", .header = "{\"alg\":\"RS256\"}", .status = 200},
    {.label = "RS384", .key = "RSA-2048", .how = "RS384", .header = "{\"alg\":\"RS384\"}", .status = 200},
    {.label = "RS512", .key = "RSA-2048", .how = "RS512", .header = "{\"alg\":\"RS512\"}", .status = 200},
    {.label = "RS256 by URI", .key = "RSA-2048", .how = "RS256", .header = "{\"alg\":\"" XML "rsa-sha256\"}", .status = 200},
    {.label = "RS512 by URI", .key = "RSA-2048", .how = "RS512", .header = "{\"alg\":\"" XML "rsa-sha512\"}", .status = 200},
    {.label = "RS256, another key", .key = "RSA-2048", .signer = "other", .how = "RS256", .header = "{\"alg\":\"RS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "RS256 with the hash of RS512", .key = "RSA-2048", .how = "RS512", .header = "{\"alg\":\"RS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "RS256, signature cut off", .key = "RSA-2048", .how = "RS256", .header = "{\"alg\":\"RS256\"}", .change = short_signature, .status = 401, .challenge = NOT_FOUND},
    {.label = "PS256", .key = "RSA-2048", .how = "PS256", .header = "{\"alg\":\"PS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "PSS that says RS256", .key = "RSA-2048", .how = "PS256", .header = "{\"alg\":\"RS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "HMAC with the RSA key's PEM", .key = "RSA-2048", .how = "HS256-pem", .header = "{\"alg\":\"HS256\"}", .status = 401, .challenge = NOT_FOUND},
    {.label = "ES256 against RSA", .key = "RSA-2048", .signer = "P-256", .how = "ES256", .header = "{\"alg\":\"ES256\"}", .status = 401, .challenge = NOT_FOUND},
};
/* clang-format on */
const size_t token_row_count = sizeof token_rows / sizeof token_rows[0];

void token_keys_make(struct token_keys *keys)
{
    static const char *const types[TOKEN_KEY_TYPES] = {"P-384", "P-256", "P-521", "RSA-2048"};

    for (size_t i = 0; i < TOKEN_KEY_TYPES; i++)
        keys->types[i] =
            (struct token_key){types[i], jose_key_new(types[i]), jose_key_new(types[i])};
}

static const struct token_key *find_key(const struct token_keys *keys, const char *type)
{
    const struct token_key *key = keys->types;

    while (strcmp(key->type, type) != 0)
        key++;
    return key;
}

static const struct jose_key *signer_of(const struct token_row *row, const struct token_keys *keys)
{
    const char *type = row->key ? row->key : "P-384";

    if (!row->signer)
        return find_key(keys, type)->own;
    if (strcmp(row->signer, "other") == 0)
        return find_key(keys, type)->other;
    return find_key(keys, row->signer)->own;
}

/* Puts numbers, or dates, where the template says "@+60". */
static const char *expand(const char *template, int64_t now, bool dates)
{
    const char *at = strchr(template, '@');
    char date[32];

    if (!at)
        return template;
    char *rest;
    time_t when = (time_t)(now + strtoll(at + 1, &rest, 10));
    struct tm parts;
    if (dates)
        (void)strftime(date, sizeof date, "%m/%d/%Y %H:%M:%S", gmtime_r(&when, &parts));
    else
        (void)snprintf(date, sizeof date, "%" PRId64, (int64_t)when);
    return world_text("%.*s%s%s", (int)(at - template), template, date, expand(rest, now, dates));
}

const char *token_challenge(const char *challenge, int64_t now)
{
    return challenge ? expand(challenge, now, true) : NULL;
}

/* Replaces each %s. */
static const char *fill(const char *template, const char *token)
{
    const char *at = strstr(template, "%s");

    if (!at)
        return template;
    return world_text("%.*s%s%s", (int)(at - template), template, token, fill(at + 2, token));
}

void token_request_make(const struct token_row *row, const struct token_keys *keys, int64_t now,
                        struct token_request *ret)
{
    const char *token =
        jose_token(signer_of(row, keys), row->how ? row->how : "ES384",
                   row->header ? row->header : "{\"alg\":\"ES384\",\"typ\":\"JWT\"}",
                   expand(row->payload ? row->payload : "{" ALL "}", now, false));

    if (row->change)
        token = row->change(token);
    *ret = (struct token_request){{fill("Bearer %s", token)}};
    for (size_t i = 0; i < 2 && row->authorization[i]; i++)
        ret->authorization[i] = fill(row->authorization[i], token);
    if (row->authorization[0] && row->authorization[0][0] == '-')
        ret->authorization[0] = NULL;
}
