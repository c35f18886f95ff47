"""A name that is found is public and new, in every language; whatever the bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.parsing.public_names import Found, find_names, is_readable, without_moved
from achievement_pipeline.parsing.public_names.languages import LANGUAGES


def added(path: str, *lines: str, heading: str = "") -> set[str]:
    found = find_names(path, "\n".join([f"@@ -1 +1 @@ {heading}", *(f"+{line}" for line in lines)]).encode())
    assert not found.removed
    return {f"{name.kind} {name.name}" for name in found.added}


@pytest.mark.parametrize(
    ("path", "lines", "names"),
    [
        ("a.py", ["class Session(Base):", "    def close(self) -> None:"], {"class Session", "method Session.close"}),
        ("a.py", ["def load(path):", "    def inner(self):", "def _hidden():"], {"function load"}),
        ("a.py", ["class A:", "    @property", "    def size(self):", "    def _p(self):"],
         {"class A", "property A.size"}),
        ("a.py", ["@overload", "def load(path: str): ...", "@app.route('/')", "def index():"], set()),
        ("a.py", ["if TYPE_CHECKING:", "    def load(self):"], set()),
        ("a.js", ["export function load(x) {", "  helper(x) {", "function own() {"], {"function load"}),
        ("a.ts", ["export class A {", "  run(x: X): Y {", "  private own() {"], {"class A", "method A.run"}),
        ("a.ts", ["export type X = 1", "/** @internal */", "export const y = 1"], {"type X"}),
        ("a.js", ["/**", " * @api private", " */", "A.prototype.b = function() {", "A.prototype.c = function() {"],
         {"method A.c"}),
        ("a.go", ["func (s *Store) Get(k K) V {", "func (s *store) Put() {", "func New() {"],
         {"method Store.Get", "function New"}),
        ("a.rs", ["pub struct A;", "impl A {", "    pub fn new() -> A {", "    pub(crate) fn b() {", "    fn c() {"],
         {"type A", "method A::new"}),
        ("A.java", ["public class A {", "  public int size() {", "    return 0;", "  @Override", "  public B b() {"],
         {"class A", "method A.size"}),
        ("a.kt", ["class A {", "    fun b() {", "    private fun c() {", "fun String.d() = 1"],
         {"class A", "method A.b", "function d"}),
        ("a.scala", ["trait A {", "  def b: Int", "  private def c = 1"], {"type A", "method A.b"}),
        ("a.cs", ["namespace N", "{", "    public class A", "    {", "        public int B() => 1;"],
         {"class A", "method A.B"}),
        ("a.rb", ["module N", "  class A < B", "    def c?", "    def self.d", "    private", "    def e"],
         {"class A", "method A.c?", "method A.d"}),
        ("a.rb", ["class String", "  def self.b"], set()),
        ("a.php", ["class A extends B", "{", "    public static function c(", "    private function d()"],
         {"class A", "method A::c"}),
        ("a.swift", ["public struct A {", "    public func b() {", "    func c() {"], {"type A", "method A.b"}),
        ("include/a.h", ["int a_open(const char *path, int flags);", "static int b(void);", "void A::b(int c);"],
         {"function a_open"}),
        ("a.ex", ["defmodule A.B do", "  def c(x) do", "  defp d(x) do", "  @impl true", "  def e(x)"],
         {"module A.B", "function A.B.c"}),
        ("a.clj", ["(defn a-b [x]", "(defn- c [])"], {"function a-b"}),
        ("src/a.mli", ["val b : int", "type t = int"], {"function A.b", "type A.t"}),
        ("a.lua", ["function M.setup(o)", "local function own()"], {"function setup"}),
        ("a.r", ["#' @export", "fit_model <- function(x) {", "own <- function(x) {"], {"function fit_model"}),
        ("a.r", ["#' @keywords internal", "#' @export", "fit_model <- function(x) {"], set()),
        ("a.jl", ["export fit, Model"], {"function fit", "function Model"}),
    ],
)  # fmt: skip
def test_definitions(path: str, lines: list[str], names: set[str]) -> None:
    assert added(path, *lines) == names


@pytest.mark.parametrize(
    ("path", "line", "names"),
    [
        ("a.py", "parser.add_argument('-j', '--jobs', help='--x')", {"option --jobs"}),
        ("a.py", "@click.option('--shout/--no-shout')", {"option --shout"}),
        ("a.py", "x = os.environ.get('NO_COLOR') or os.environ['HOME']", {"variable NO_COLOR"}),
        ("a.py", "os.environ['NO_COLOR'] = '1'", set()),
        ("a.py", "# os.environ['NO_COLOR']", set()),
        ("a.js", "program.option('-j, --jobs <n>', 'how many')", {"option --jobs"}),
        ("a.js", "if (process.env.NO_COLOR) {", {"variable NO_COLOR"}),
        ("a.go", 'cmd.Flags().IntVarP(&jobs, "jobs", "j", 1, "")', {"option --jobs"}),
        ("a.go", 'os.Getenv("NO_COLOR")', {"variable NO_COLOR"}),
        ("a.rs", '#[arg(short, long = "jobs")]', {"option --jobs"}),
        ("a.rs", 'Arg::new("jobs").long("jobs")', {"option --jobs"}),
        ("A.java", '@Option(names = {"-j", "--jobs"})', {"option --jobs"}),
        ("a.rb", 'opts.on("-j", "--[no-]jobs N") { ENV["NO_COLOR"] }', {"option --jobs", "variable NO_COLOR"}),
        ("a.php", "$this->addOption('jobs', 'j')", {"option --jobs"}),
        ("a.c", '{"jobs", required_argument, 0, 0}, getenv("NO_COLOR")', {"option --jobs", "variable NO_COLOR"}),
    ],
)
def test_options_and_variables(path: str, line: str, names: set[str]) -> None:
    assert added(path, line) == names


def test_the_arguments_of_an_option_may_be_on_the_next_lines() -> None:
    assert added("a.py", "@click.option(", "    '-j',", "    '--jobs',", "    default='--x',", ")", "'--y',") == {
        "option --jobs"
    }


def test_the_heading_of_a_hunk_shows_the_type() -> None:
    assert added("a.py", "    def close(self):", heading="class Session:") == {"method Session.close"}
    assert added("a.py", "    def close(self):", heading="class _Session:") == set()
    assert added("a.py", "    def close(self):", heading="def make():") == set()
    assert added("a.rb", "  def close", heading="class Session") == set(), "it may be below private"


def test_a_type_that_is_new_above_a_hunk_is_no_heading_of_git() -> None:
    renamed = b"@@ -1 +1 @@\n-class Old:\n+class New:\n@@ -5,0 +5 @@ class Old:\n+    def close(self):"
    split = b"@@ -3,0 +3 @@ class Old:\n+class New:\n@@ -5,0 +5 @@ class Old:\n+    def close(self):"
    below = b"@@ -3,0 +3 @@ import os\n+class New:\n@@ -5,0 +5 @@ class Old:\n+    def close(self):"

    names = [{name.name for name in find_names("a.py", text).added} for text in (renamed, split, below)]

    assert names == [{"New", "New.close"}, {"New", "New.close"}, {"New", "Old.close"}]


def test_internal_folders_offer_options_only() -> None:
    lines = ["def load(path):", "    parser.add_argument('--jobs')"]
    assert added("pip/_internal/a.py", *lines) == {"option --jobs"}
    assert added("loom/impl.py", *lines) == {"option --jobs"}
    assert not added("loom-testing-support/a.py", *lines)
    assert not added("src/Loom.Benchmarks/a.py", *lines)


def test_headers_are_public_where_others_include_them() -> None:
    assert not added("src/a.h", "int a_open(const char *path);")


def test_a_name_on_both_sides_was_changed_or_moved() -> None:
    here = find_names("a.py", b"@@ -1 +1 @@\n-def load(a):\n-def gone():\n+def load(a, b):\n+class New:")
    there = find_names("b.py", b"@@ -0,0 +1 @@ class Base:\n+    def gone(self):")

    left = without_moved([here, there])

    assert {name.name for name in left.added} == {"New"}
    assert not left.removed


ENDINGS = sorted(ending for language in LANGUAGES for ending in language.endings)
LINES = st.lists(
    st.sampled_from(
        [
            b"def load(x):", b"    def close(self):", b"class A:", b"export function f(x) {", b"func Get() {",
            b"private",
            b"pub fn f() {", b"  public int f() {", b"namespace {", b"@property", b'os.Getenv("X_Y")', b"import os",
            b"parser.add_argument(", b"  '--jobs',", b"\0\xff\xfe", b"", b"\t\r", b"@@ -1 +1 @@ class B", b"module M",
        ]
    )
    | st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")),
    max_size=8,
)  # fmt: skip


@given(path=st.sampled_from(ENDINGS).map("a.{}".format), removed=LINES, kept=LINES)
def test_no_bytes_raise_and_what_is_on_both_sides_is_never_new(
    path: str, removed: list[bytes], kept: list[bytes]
) -> None:
    def side(sign: bytes, lines: list[bytes]) -> bytes:
        return b"".join(b"\n" + sign + line for line in lines)

    moved = without_moved(
        [find_names(path, b"@@ -1 +0,0 @@" + side(b"-", kept)), find_names(path, b"@@ -0,0 +1 @@" + side(b"+", kept))]
    )
    only_removed = find_names(path, b"@@ -1,9 +1 @@ class A:" + side(b"-", removed))

    assert moved == Found(frozenset(), frozenset())
    assert not only_removed.added
    assert is_readable(path)


@given(st.binary(max_size=80))
def test_any_text_can_be_read(text: bytes) -> None:
    for ending in ENDINGS:
        find_names(f"a.{ending}", text)
