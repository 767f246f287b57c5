"""Every model of the practice gateway: its name, what it does in a sentence, and what does it."""

from dataclasses import dataclass

from . import answers, faults
from .answers import Behaviour, answering


@dataclass(frozen=True, slots=True)
class Model:
    """One row of the list of models."""

    description: str
    behave: Behaviour


MODELS: dict[str, Model] = {
    "stable-diffusion": Model(
        "Describes what it paints, shows its progress, then links a picture.",
        answering(answers.paint),
    ),
    "practice-writer": Model(
        "Writes text in Markdown: headings, lists, a table and code.",
        answering(answers.write),
    ),
    "practice-sees": Model(
        "Looks at the pictures that go along, and says what came.",
        answering(answers.look),
    ),
    "practice-inline": Model(
        "Puts the picture into the text itself, as a base64 data URI.",
        answering(answers.inline),
    ),
    "practice-structured": Model(
        "Sends the picture beside the text, in an images array.",
        answering(answers.structured),
    ),
    "practice-parts": Model(
        "Sends text and picture as the parts of a list.",
        answering(answers.parts),
    ),
    "practice-four": Model(
        "Links four pictures in one answer, and what to do with each.",
        answering(answers.four),
    ),
    "practice-bare-link": Model(
        "Says nothing but the address of a picture.",
        answering(answers.bare_link),
    ),
    "practice-video": Model(
        "Links a film, which is no picture.",
        answering(answers.video),
    ),
    "practice-think-aloud": Model(
        "Thinks aloud in the text itself, then links a picture.",
        answering(answers.think_aloud),
    ),
    "practice-think": Model(
        "Thinks aloud first, in reasoning_content, then answers.",
        answering(answers.think),
    ),
    "practice-gateway-progress": Model(
        "Reports its progress in Chinese, then links picture and download.",
        answering(answers.gateway_progress),
    ),
    "practice-duplicate": Model(
        "Links one picture twice: once to see, once to download.",
        answering(answers.duplicate),
    ),
    "practice-huge-text": Model(
        "Writes several thousand words as fast as it can.",
        answering(answers.huge_text),
    ),
    "practice-slow": Model(
        "Answers properly, at a word a second.",
        faults.slowly,
    ),
    "practice-429": Model(
        "Fails with 429: too many requests, try again in a second.",
        faults.too_many,
    ),
    "practice-429-empty": Model(
        "Fails with 429 and not a single byte of explanation.",
        faults.too_many_silently,
    ),
    "practice-429-then-well": Model(
        "Fails with 429 every other time, and answers when it is asked again in 2 seconds.",
        faults.busy_then_well,
    ),
    "practice-401": Model(
        "Fails with 401: the key is not known.",
        faults.bad_key,
    ),
    "practice-401-quota": Model(
        "Fails with 401, though the reason is that the key's own quota is used up.",
        faults.token_used_up,
    ),
    "practice-quota": Model(
        "Fails with 403: not enough quota.",
        faults.no_quota,
    ),
    "practice-503": Model(
        "Fails with 503: no channel offers this model.",
        faults.no_channel,
    ),
    "practice-400": Model(
        "Fails with 400: a parameter is out of range.",
        faults.bad_request,
    ),
    "practice-moderated": Model(
        "Fails with 400: the content policy forbids it.",
        faults.moderated,
    ),
    "practice-500": Model(
        "Fails with 500: the gateway could not reach its upstream.",
        faults.broken,
    ),
    "practice-upstream": Model(
        "Fails with 502: the upstream's own status, repeated.",
        faults.upstream_failed,
    ),
    "practice-flat-error": Model(
        "Fails with 400 and a flat object that has a description.",
        faults.flat_error,
    ),
    "practice-unsuccessful": Model(
        "Fails with status 200 and success false.",
        faults.unsuccessful,
    ),
    "practice-text-error": Model(
        "Fails with 400 and an error that is a bare string.",
        faults.error_as_text,
    ),
    "practice-200-error": Model(
        "Fails with status 200 and an error object.",
        faults.error_in_success,
    ),
    "practice-html": Model(
        "Fails with 524: an HTML page of the proxy in front.",
        faults.cloudflare,
    ),
    "practice-redirect": Model(
        "Answers 301 and points to another host.",
        faults.redirect,
    ),
    "practice-empty": Model(
        "Answers 200 with nothing in it.",
        faults.empty,
    ),
    "practice-refused": Model(
        "Refuses the picture in a friendly text and ends as if all were well.",
        faults.refusal,
    ),
    "practice-truncated": Model(
        "Ends in the middle of a sentence, without a word of why.",
        faults.truncated,
    ),
    "practice-reset": Model(
        "Drops the connection in the middle of the answer.",
        faults.reset,
    ),
    "practice-midway-error": Model(
        "Sends an error in the middle of the answer.",
        faults.midway_error,
    ),
    "practice-damaged": Model(
        "Sends one damaged line among good ones.",
        faults.damaged,
    ),
    "practice-stall": Model(
        "Says a few words, then nothing for ten minutes.",
        faults.stall,
    ),
    "practice-keep-alive": Model(
        "Says a few words, then only keep-alives for an hour.",
        faults.keep_alive,
    ),
    "practice-json": Model(
        "Answers in one JSON piece even when a stream was asked for.",
        faults.wrong_json,
    ),
    "practice-stream": Model(
        "Streams even when no stream was asked for.",
        faults.wrong_stream,
    ),
    "practice-expiring": Model(
        "Links a picture that can be had for two seconds only.",
        faults.expiring,
    ),
    "practice-lost": Model(
        "Links a picture that is not there.",
        faults.lost_link,
    ),
    "practice-not-a-picture": Model(
        "Links HTML and SVG that call themselves PNG.",
        faults.disguised,
    ),
    "practice-empty-link": Model(
        "Reports progress, then links a picture without an address.",
        answering(answers.empty_link),
    ),
}
