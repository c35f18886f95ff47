"""The repository quayside: the page that passengers look at, mostly Mira's."""

from achievement_pipeline.demo.history import Commit, History, PullRequest, Review, append, replace, squash
from achievement_pipeline.demo.world.people import ADA, DEPENDABOT, MIRA

_PACKAGE = """\
{
  "name": "quayside",
  "private": true,
  "type": "module",
  "scripts": {"build": "vite build", "test": "vitest run"},
  "devDependencies": {"typescript": "^5.7.0", "vite": "^6.0.0", "vitest": "^3.0.0"}
}
"""

_PAGE = """\
import { departures, type Departure } from "./api";

export function row(departure: Departure): string {
  const time = departure.scheduled.slice(11, 16);
  return `<tr><td>${time}</td><td>${departure.to}</td></tr>`;
}

export async function show(table: HTMLElement, line: string): Promise<void> {
  const rows = await departures(line);
  table.innerHTML = rows.map(row).join("");
}
"""

_API = """\
export interface Departure {
  line: string;
  to: string;
  scheduled: string;
  expected?: string;
}

export async function departures(line: string): Promise<Departure[]> {
  const response = await fetch(`/departures?line=${encodeURIComponent(line)}`);
  if (!response.ok) throw new Error(`departures: ${response.status}`);
  return response.json();
}
"""

_OFFLINE = """\
const CACHE = "quayside-1";
const SHELL = ["/", "/style.css", "/main.js"];

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)));
});

self.addEventListener("fetch", (event) => {
  event.respondWith(fresh(event.request));
});

/** Answers from the network, and from what was seen last where there is none. */
async function fresh(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (request.method === "GET" && response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const seen = await cache.match(request);
    if (seen === undefined) throw error;
    return seen;
  }
}
"""

_ANNOUNCER = """\
import type { Departure } from "./api";

/** Says what changed to those who listen to the page, one sentence a departure. */
export function sentences(before: Departure[], after: Departure[]): string[] {
  const known = new Map(before.map((each) => [each.scheduled, each.expected]));
  return after
    .filter((each) => known.has(each.scheduled) && known.get(each.scheduled) !== each.expected)
    .map((each) => `The ferry to ${each.to} leaves at ${each.expected?.slice(11, 16) ?? "the usual time"}.`);
}

export function announce(region: HTMLElement, said: string[]): void {
  region.setAttribute("aria-live", "polite");
  region.textContent = said.join(" ");
}
"""

_ANNOUNCER_TEST = """\
import { expect, test } from "vitest";
import { sentences } from "./announcer";

const eight = { line: "holm-vika", to: "Vika", scheduled: "2026-05-01T08:00" };

test("a delay is said once", () => {
  const late = { ...eight, expected: "2026-05-01T08:12" };
  expect(sentences([eight], [late])).toEqual(["The ferry to Vika leaves at 08:12."]);
  expect(sentences([late], [late])).toEqual([]);
});
"""


def _lock(packages: int) -> str:
    return (
        "{\n" + ",\n".join(f'  "node_modules/package-{n}": {{"version": "1.{n}.0"}}' for n in range(packages)) + "\n}\n"
    )


QUAYSIDE = History(
    "quayside",
    (
        Commit(
            "2025-09-01 09:00",
            MIRA,
            "Begin: the departures of a line",
            {
                "package.json": _PACKAGE,
                "package-lock.json": _lock(120),
                "src/api.ts": _API,
                "src/page.ts": _PAGE,
                "src/style.css": "table { border-collapse: collapse; }\ntd { padding: 0.3rem 0.8rem; }\n",
            },
        ),
        Commit(
            "2025-10-13 13:20",
            MIRA,
            "feat: show the departures of all lines",
            {"src/page.ts": append("\nexport const LINES = ['holm-vika', 'vika-brenna'];\n")},
        ),
        Commit(
            "2025-11-10 03:00",
            DEPENDABOT,
            "build(deps-dev): bump vite from 6.0.1 to 6.0.3",
            {"package-lock.json": _lock(126)},
        ),
        squash(
            "2025-12-08 15:10",
            ADA,
            PullRequest(
                7,
                "feat: work without a network",
                "On the water there is none. A service worker answers from the network, and from what was seen last where it "
                "is out of reach.",
                labels=("enhancement",),
                reviews=(Review(MIRA, "Finally!"),),
            ),
            {"src/offline.ts": _OFFLINE, "package-lock.json": _lock(131), "dist/main.js": "!function(){}();\n" * 200},
        ),
        Commit(
            "2026-02-23 10:00", MIRA, "style: larger type", {"src/style.css": append("body { font-size: 1.1rem; }\n")}
        ),
        squash(
            "2026-05-18 12:25",
            ADA,
            PullRequest(
                12,
                "feat: say delays to screen readers",
                "Somebody who listens to the page was not told of a delay. Now a live region says each one once.",
                labels=("accessibility",),
                reviews=(Review(MIRA),),
            ),
            {
                "src/announcer.ts": _ANNOUNCER,
                "src/announcer.test.ts": _ANNOUNCER_TEST,
                "src/page.ts": replace(
                    'from "./api";', 'from "./api";\nimport { announce, sentences } from "./announcer";'
                ),
            },
        ),
    ),
)
