package org.lowrank.weights.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.lowrank.machine.net.WebAnswer;
import org.lowrank.weights.files.ModelNotFoundException;

/** What the Hub's refusals mean and what a user can do about them, in the order its own client looks at them. */
final class HubErrors {
    private static final int MUCH = 64 << 10;
    private static final int LONGEST = 200;
    private static final String BAD_TOKEN = "Invalid credentials in Authorization header";
    private static final String DISABLED = "Access to this resource is disabled.";
    private static final String LOG_IN = "log in with 'hf auth login' or set HF_TOKEN";

    private final HubSettings settings;
    private final RepoName repo;

    HubErrors(HubSettings settings, RepoName repo) {
        this.settings = settings;
        this.repo = repo;
    }

    /** The failure an answer with a status of 400 or more stands for; closes the answer. */
    ModelNotFoundException of(WebAnswer answer) throws IOException {
        String code = answer.header("X-Error-Code");
        boolean html = answer.header("Content-Type").toLowerCase(Locale.ROOT).startsWith("text/html");
        String said = message(answer, html);
        String page = settings.endpoint() + "/" + repo.id();
        int status = answer.status();
        if (code.equals("RevisionNotFound")) {
            return new ModelNotFoundException("revision not found: " + repo.id() + ": it has no branch, tag or commit '"
                    + repo.revision() + "'; see " + page + "/commits");
        }
        if (code.equals("EntryNotFound")) {
            return new ModelNotFoundException("file not found: " + repo.id()
                    + ": the Hub lists it but does not have it; run again later, or name another revision");
        }
        if (code.equals("GatedRepo")) {
            return gated(page);
        }
        if (said.equals(DISABLED)) {
            return new ModelNotFoundException(
                    "model disabled: " + repo.id() + ": the Hub disabled access to it; see " + page);
        }
        if (status == 401 && said.equals(BAD_TOKEN)) {
            return new ModelNotFoundException("bad token: " + repo.id() + ": " + settings.host()
                    + " does not accept the token of " + tokenOrigin() + "; make a new one at " + settings.endpoint()
                    + "/settings/tokens, or unset it");
        }
        if (html && code.isEmpty()) {
            return notTheHub("it answered " + status + " with a web page");
        }
        if (code.equals("RepoNotFound") || status == 401 || status == 404) {
            return notFound();
        }
        if (status == 403) {
            return new ModelNotFoundException("forbidden: " + repo.id() + ": the token of " + tokenOrigin()
                    + " lacks the right to read it" + quoted(said) + "; make one that may at " + settings.endpoint()
                    + "/settings/tokens");
        }
        return notTheHub("it answered " + status + quoted(said));
    }

    private ModelNotFoundException gated(String page) {
        String why = settings.token().isPresent()
                ? "the account of the token of " + tokenOrigin() + " has no access; ask for it at " + page
                : "its terms must be accepted and no token was sent; accept them at " + page + ", then " + LOG_IN;
        return new ModelNotFoundException("gated model: " + repo.id() + ": " + why);
    }

    private ModelNotFoundException notFound() {
        String hidden = settings.token().isPresent()
                ? "or it is private and the token of " + tokenOrigin() + " may not read it"
                : "or it is private and no token was sent";
        return new ModelNotFoundException("model not found: " + repo.id() + ": no such path, and no such repository at "
                + settings.host() + ", " + hidden + "; check the spelling, or " + LOG_IN);
    }

    /** An answer the Hub would not give: a proxy's, a login page's, an outage's. */
    HubUnreachableException notTheHub(String what) {
        return new HubUnreachableException(
                "cannot read from the Hub: " + settings.host() + ": " + what
                        + "; check HF_ENDPOINT and the proxy, log in to the network, or run again later",
                "the Hub could not be reached (" + what + ")",
                null);
    }

    private String tokenOrigin() {
        return settings.token().map(HubSettings.AccessToken::origin).orElse("nobody");
    }

    /** A server may send back what it was sent, in any encoding: where that was a token, its words are not repeated. */
    private String quoted(String said) {
        return said.isEmpty() || settings.token().isPresent() ? "" : " (" + said + ")";
    }

    private String message(WebAnswer answer, boolean html) throws IOException {
        String header = answer.header("X-Error-Message");
        try (answer) {
            if (!header.isEmpty() || html) {
                return oneLine(header);
            }
            String text = new String(answer.body().readNBytes(MUCH), StandardCharsets.UTF_8);
            return oneLine(fromJson(text).orElse(text));
        }
    }

    private static Optional<String> fromJson(String text) {
        try {
            JsonNode error = new ObjectMapper().readTree(text).path("error");
            JsonNode first = error.isArray() ? error.path(0) : error;
            return first.isTextual() ? Optional.of(first.asText()) : Optional.empty();
        } catch (JsonProcessingException plainText) {
            return Optional.empty();
        }
    }

    /** A server's text as part of our line, where no token was sent. */
    static String repeated(String text, HubSettings settings) {
        return settings.token().isPresent()
                ? "(its words are not repeated, because a token was sent; run without one to see them)"
                : oneLine(text);
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }
}
