package org.lowrank.weights.hub;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether text that a server sent may hold the token it was sent: plain, reversed, in hexadecimal or base64. */
final class TokenTraces {
    private static final int SHORTEST = 6;

    private final Set<String> traces = new HashSet<>();

    TokenTraces(Optional<HubSettings.AccessToken> token) {
        token.map(HubSettings.AccessToken::secret)
                .filter(secret -> secret.length() >= SHORTEST)
                .ifPresent(this::add);
    }

    private void add(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        String hex = HexFormat.of().formatHex(bytes);
        traces.add(secret.toLowerCase(Locale.ROOT));
        traces.add(new StringBuilder(secret).reverse().toString().toLowerCase(Locale.ROOT));
        traces.add(hex);
        traces.add(hex.replaceAll("(..)", "%$1"));
        for (int shift = 0; shift < 3; shift++) {
            // Base64 of what surrounds the token differs in the characters that hold bits of both: those are left off.
            byte[] shifted = new byte[shift + bytes.length];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(shifted);
            int from = shift == 0 ? 0 : shift + 1;
            traces.add(text.substring(from, Math.max(from, text.length() - 1)).toLowerCase(Locale.ROOT));
        }
        traces.removeIf(trace -> trace.length() < SHORTEST);
    }

    boolean in(String text) {
        String plain = text.toLowerCase(Locale.ROOT)
                .replace('+', '-')
                .replace('/', '_')
                .replaceAll("[\\s\\p{Cntrl}]", "");
        return traces.stream().anyMatch(plain::contains)
                || traces.stream().anyMatch(text.toLowerCase(Locale.ROOT)::contains);
    }
}
