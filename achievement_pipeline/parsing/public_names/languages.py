"""One row per language: how it writes what others can use.

A form is listed where the line alone, with its indentation, shows that a name is public. Where that depends on
something elsewhere (an export list, a header), the form is left out: a name that is shown must be right.
"""

from __future__ import annotations

from typing import Final

from achievement_pipeline.parsing.public_names.forms import Form, Kind, Language, Mark

_FUNCTION, _CLASS, _TYPE, _CONSTANT = Kind.FUNCTION, Kind.CLASS, Kind.TYPE, Kind.CONSTANT
_PROPERTY, _METHOD = Kind.PROPERTY, Kind.METHOD
_INTERNAL: Final = Form(Mark.SKIP, r"(?:/\*\*? ?|\* |// )@(?:internal|hidden|private|protected|ignore|api private)\b")
"""In a comment above a definition."""

_JVM_OPTIONS: Final = (r"@(?:Option|Parameter|CommandLine\.Option)\(",)
_JVM_VARIABLES: Final = (r'\bSystem\.getenv\("NAME"\)',)
_C_OPTIONS: Final = (
    r'\{ ?"NAME", {0,9}(?:required|no|optional)_argument\b',
    r"\bOPT_[A-Z_]{1,40}\((?:'.'|0), (?:N_\()?\"NAME\"",
    r"\badd_(?:option|flag|argument)\(",
)
_C_HINTS: Final = ("getenv", "_argument", "OPT_", "add_")
_C_VARIABLES: Final = (r'\bgetenv\("NAME"\)',)

_PYTHON: Final = Language(
    endings=("py", "pyi", "pyx"),
    forms=(
        Form(Mark.PROPERTY, r"@(?:functools\.)?(?:cached_)?property\b"),
        Form(Mark.SKIP, r"@(?:typing\.|t\.)?(?:overload|override)\b"),
        Form(
            Mark.SKIP,
            r"@[\w.]{1,60}\.(?:setter|deleter|route|get|post|put|delete|patch|command|group|callback|fixture|register"
            r"|errorhandler|listener|event|task|filter|validator|hookimpl)\b",
        ),
        Form(Mark.SKIP, r"@(?:pytest\.)?(?:fixture|hookimpl|receiver|validator|command|task|register|implements)\b"),
        Form(_CLASS, r"class NAME ?[(:\[]", inside=False),
        Form(_FUNCTION, r"(?:async )?def NAME\((?:(?:self|cls)\b|$)"),
        Form(_FUNCTION, r"(?:async )?def NAME ?[(\[]", inside=False),
        Form(Mark.OTHER, r"(?:async )?(?:def|class) \w"),
    ),
    units=(2, 4),
    options=(
        r"\b(?:add_argument|addoption|add_option|click\.option|typer\.Option|optparse\.make_option)\(",
        r"@option\(",
    ),
    variables=(
        r"""\bos\.environ\.get\(["']NAME["']""",
        r"""\b(?:os\.)?getenv\(["']NAME["']""",
        r"""\bos\.environ\[["']NAME["']\](?! ?=[^=])""",
        r"""\benvvar=["']NAME["']""",
    ),
    hints=("environ", "getenv", "envvar", "add_argument", "addoption", "option(", "Option("),
)

_JAVASCRIPT: Final = Language(
    endings=("js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts"),
    forms=(
        _INTERNAL,
        Form(_CLASS, r"export (?:default )?(?:declare )?(?:abstract )?class NAME\b", inside=False),
        Form(_TYPE, r"export (?:default )?(?:declare )?(?:interface|enum|const enum) NAME\b", inside=False),
        Form(_TYPE, r"export (?:declare )?type NAME ?[=<]", inside=False),
        Form(_FUNCTION, r"export (?:default )?(?:declare )?(?:async )?function\*? ?NAME ?[(<]", inside=False),
        Form(_FUNCTION, r"export const NAME(?:: [^=]*)? = (?:async )?(?:function\b|\w{1,40} =>|<)", inside=False),
        Form(_FUNCTION, r"export const NAME = (?:async )?\((?:[^()]*\)(?:: [^=]*)? =>|$)", inside=False),
        Form(_CONSTANT, r"export (?:declare )?const NAME ?[=:]", inside=False),
        Form(_FUNCTION, r"(?:module\.)?exports\.NAME = (?:async )?function\b", inside=False),
        Form(_METHOD, r"TYPE\.prototype\.NAME = (?:async )?function\b", inside=False),
        Form(
            _FUNCTION,
            r"(?!(?:if|for|while|switch|catch|function|constructor|super|with)\b)(?:(?:public|async|static) )*"
            r"NAME(?:<[^<>]*>)?\([^()]*\)(?:: [^={}]*)? \{$",
            at_top=False,
        ),
    ),
    options=(
        r"""\.(?:option|requiredOption)\((?=["'`]-)""",
        r"""\bnew (?:commander\.)?Option\((?=["'`]-)""",
        r"""\.option\(["']NAME["'], \{""",
    ),
    variables=(
        r"\bprocess\.env\.NAME\b(?! ?=[^=])",
        r"""\bprocess\.env\[["']NAME["']\](?! ?=[^=])""",
    ),
    hints=("process.env", "ption("),
)

_GO_FLAG: Final = (
    r"(?:[fF]lags?(?:[sS]et)?(?:\(\))?|\bfs)\.(?:String|Bool|Int|Int32|Int64|Uint|Uint32|Uint64|Float64|Duration"
    r"|StringSlice|StringArray|StringToString|IntSlice|Count|IP)(?:Var)?P?\((?:&[\w.\[\]]{1,60}, )?\"NAME\""
)
_GO: Final = Language(
    endings=("go",),
    forms=(
        Form(_METHOD, r"func \((?:\w{1,40} )?\*?TYPE(?:\[[^\]]*\])?\) NAME\(", inside=False),
        Form(_FUNCTION, r"func NAME[(\[]", inside=False),
        Form(_TYPE, r"type NAME\b", inside=False),
        Form(_CONSTANT, r"(?:const|var) NAME\b", inside=False),
    ),
    name=r"[A-Z]\w*",
    options=(
        _GO_FLAG,
        r'\.Flag\("NAME", "',
        r'\bcli\.\w{1,20}Flag\{ ?Name: {1,9}"NAME"',
    ),
    variables=(r'\bos\.(?:Getenv|LookupEnv)\("NAME"\)',),
    hints=("Getenv", "LookupEnv", "lag", "fs."),
)

_RUST: Final = Language(
    endings=("rs",),
    forms=(
        Form(Mark.SKIP, r"#\[(?:cfg\(.{0,40}\btest|doc\(hidden\)|test\]|deprecated)"),
        Form(Mark.SCOPE, r"pub mod NAME \{", inside=False),
        Form(Mark.OTHER, r"(?:unsafe )?impl(?:<.*>)? [^{]* for "),
        Form(Mark.BODY, r"(?:unsafe )?impl(?:<[^>]*>)? TYPE(?:<|\s|$)", inside=False),
        Form(_FUNCTION, r'pub (?:(?:const|async|unsafe|extern "\w{1,10}") )*fn NAME ?[(<]'),
        Form(_TYPE, r"pub (?:unsafe |auto )?(?:struct|enum|union|trait|type) NAME\b", inside=False),
        Form(_CONSTANT, r"pub (?:const|static) (?:mut )?NAME ?:", inside=False),
    ),
    joint="::",
    units=(4,),
    options=(
        r'(?:\b(?:arg|clap|structopt)\((?:short[^,]{0,12}, )?| )long ?= ?"NAME"',
        r'\.long\("NAME"\)',
    ),
    variables=(r'\benv::var(?:_os)?\("NAME"\)',),
    hints=("env::var", "long"),
)

_JAVA: Final = Language(
    endings=("java",),
    forms=(
        Form(Mark.SKIP, r"@(?:Override|Test|VisibleForTesting|Deprecated|ApiStatus\.Internal|Internal)\b"),
        _INTERNAL,
        Form(
            _CLASS,
            r"public (?:(?:static|final|abstract|sealed|non-sealed|strictfp) )*(?:class|record) NAME\b",
            inside=False,
        ),
        Form(_TYPE, r"public (?:(?:static|sealed|strictfp) )*(?:interface|@interface|enum) NAME\b", inside=False),
        Form(_CONSTANT, r"public (?:static final|final static) [^()=;]* NAME ?=", at_top=False),
        Form(_FUNCTION, r"public [^()=;]* NAME\(", at_top=False),
    ),
    options=_JVM_OPTIONS,
    variables=_JVM_VARIABLES,
    hints=("getenv", "Option(", "Parameter("),
)

_KOTLIN: Final = Language(
    endings=("kt",),
    forms=(
        Form(Mark.SKIP, r"@(?:Test|VisibleForTesting|Deprecated|Preview|PublishedApi)\b"),
        _INTERNAL,
        Form(_CLASS, r"(?:(?:public|open|abstract|data|sealed|value|inline|annotation) )*class NAME\b", inside=False),
        Form(
            _TYPE,
            r"(?:(?:public|sealed|fun|data|enum|companion) )*(?:interface|object|enum class) NAME\b",
            inside=False,
        ),
        Form(
            _FUNCTION,
            r"(?:(?:public|inline|suspend|operator|infix|open|abstract|tailrec) )*fun (?:<[^>]*> )?"
            r"(?:\w{1,60}(?:<[^>]*>)?\??\.)?NAME\(",
        ),
    ),
    variables=_JVM_VARIABLES,
    hints=("getenv",),
)

_SCALA: Final = Language(
    endings=("scala",),
    forms=(
        Form(_CLASS, r"(?:(?:final|sealed|abstract|case) )*class NAME\b", inside=False),
        Form(_TYPE, r"(?:(?:sealed|case) )*(?:trait|object|enum) NAME\b", inside=False),
        Form(_FUNCTION, r"(?:(?:final|inline) )*def NAME\b", at_top=False),
    ),
    units=(2,),
    variables=_JVM_VARIABLES,
    hints=("getenv",),
)

_CSHARP: Final = Language(
    endings=("cs",),
    forms=(
        Form(Mark.SKIP, r"\[(?:Obsolete|Fact|Theory|Test|EditorBrowsable)\b"),
        Form(Mark.SCOPE, r"namespace [\w.]+"),
        Form(
            _CLASS,
            r"public (?:(?:static|sealed|abstract|partial|readonly|unsafe|ref) )*(?:class|record)(?: struct)? NAME\b",
        ),
        Form(_TYPE, r"public (?:(?:partial|readonly|unsafe|ref) )*(?:interface|struct|enum) NAME\b"),
        Form(Mark.OTHER, r"public [^(=;{]*\boverride\b"),
        Form(_CONSTANT, r"public const [^()=;]* NAME ?=", at_top=False),
        Form(_FUNCTION, r"public [^()=;{]* NAME(?:<[^()<>]*>)?\(", at_top=False),
        Form(_PROPERTY, r"public [^()=;{]* NAME(?: ?\{| =>|$)", at_top=False),
    ),
    units=(4,),
    options=(r"\bnew (?:Cli)?Option(?:<\w{1,40}>)?\(",),
    variables=(r'\bEnvironment\.GetEnvironmentVariable\("NAME"\)',),
    hints=("GetEnvironmentVariable", "Option"),
)

_RUBY_CORE: Final = (
    "Array|Class|Date|DateTime|Dir|Exception|FalseClass|File|Fixnum|Float|Hash|IO|Integer|Method|Module|NilClass|Numeric"
    "|Object|Proc|Process|Range|Regexp|Set|StandardError|String|Struct|Symbol|Thread|Time|TrueClass"
)
"""Classes of Ruby itself, which others open again."""
_RUBY: Final = Language(
    endings=("rb",),
    forms=(
        Form(Mark.HIDE, r"(?:private|protected|module_function)$|private_constant\b"),
        Form(Mark.SKIP, r"# (?::nodoc:|@private|@api private)"),
        Form(Mark.OTHER, r"(?:class|module|def) .*# ?:nodoc:"),
        Form(Mark.SCOPE, r"module [A-Z][\w:]*$"),
        Form(Mark.OTHER, rf"class (?:{_RUBY_CORE})\b"),
        Form(_CLASS, r"class (?:[A-Z]\w*::)*NAME(?= *<|$)(?! *<<)"),
        Form(_FUNCTION, r"def self\.NAME(?=[( ;]|$)", at_top=False),
        Form(_FUNCTION, r"def NAME(?=[( ;]|$)", at_top=False, whole=True),
    ),
    units=(2,),
    name=r"[A-Za-z]\w*[?!]?",
    options=(r"\bopts?\.on\(? ?", r"\b(?:method_option|class_option) :NAME\b"),
    variables=(
        r"""\bENV\[["']NAME["']\](?! ?(?:\|\|)?=[^=])""",
        r"""\bENV\.fetch\(["']NAME["']""",
    ),
    hints=("ENV", ".on", "_option"),
)

_PHP: Final = Language(
    endings=("php",),
    forms=(
        _INTERNAL,
        Form(_CLASS, r"(?:(?:abstract|final|readonly) )*class NAME\b", inside=False),
        Form(_TYPE, r"(?:interface|trait|enum) NAME\b", inside=False),
        Form(_FUNCTION, r"(?:(?:final|abstract|static) )*public (?:static )?function &?NAME\(", at_top=False),
        Form(_FUNCTION, r"function &?NAME\(", inside=False),
    ),
    joint="::",
    units=(4,),
    options=(r"->addOption\('NAME'", r"\bnew InputOption\('NAME'"),
    variables=(r"\bgetenv\('NAME'\)", r"\$_ENV\['NAME'\](?! ?=[^=])"),
    hints=("getenv", "_ENV", "Option"),
)

_SWIFT: Final = Language(
    endings=("swift",),
    forms=(
        Form(Mark.SKIP, r"@available\(\*, (?:deprecated|unavailable)"),
        Form(Mark.OTHER, r".*\boverride\b"),
        Form(_CLASS, r"(?:public|open) (?:final )?(?:class|actor) NAME\b", inside=False),
        Form(_TYPE, r"public (?:indirect )?(?:struct|enum|protocol|typealias) NAME\b", inside=False),
        Form(Mark.BODY, r"(?:public )?extension TYPE\b", inside=False),
        Form(
            _FUNCTION,
            r"(?:@\w{1,30} )?(?:public|open) (?:(?:static|class|final|mutating|convenience|required) )*func NAME ?[(<]",
        ),
        Form(_PROPERTY, r"(?:public|open) (?:(?:static|class|final|lazy|weak) )*(?:var|let) NAME\b", at_top=False),
    ),
)

_C: Final = Language(
    endings=("c", "cc", "cpp", "cxx", "m", "mm"),
    forms=(),
    options=_C_OPTIONS,
    variables=_C_VARIABLES,
    hints=_C_HINTS,
)

_C_HEADER: Final = Language(
    endings=("h", "hh", "hpp", "hxx"),
    folder="/include/",
    forms=(
        Form(Mark.HIDE, r"namespace\b"),  # C++: it may be one of details, and what is inside may be a template
        Form(Mark.OTHER, r"(?:static|typedef|return|else|using|friend|template|delete|throw|case|goto)\b"),
        Form(_FUNCTION, r"[A-Za-z_]\w*(?: [\w*]+)* [*]{0,2}NAME\([^(){};&<>:]*\)(?: \w+)*;$", inside=False),
    ),
    options=_C_OPTIONS,
    variables=_C_VARIABLES,
    hints=_C_HINTS,
)

_ELIXIR: Final = Language(
    endings=("ex",),
    forms=(
        Form(Mark.HIDE, r"@moduledoc false"),
        Form(Mark.SKIP, r"@(?:impl\b|doc false|deprecated)"),
        Form(
            Mark.OTHER, r"def (?:handle_(?:call|cast|info|continue)|code_change|terminate|init|start_link|child_spec)\b"
        ),
        Form(Kind.MODULE, r"defmodule TYPE do$", inside=False),
        Form(_FUNCTION, r"(?:def|defmacro|defguard) NAME(?=[( ,]|$)", at_top=False),
    ),
    units=(2,),
    name=r"[a-z][a-z0-9_]*[?!]?",
    name_of_type=r"[A-Z][\w.]*",
    variables=(r'\bSystem\.(?:get_env|fetch_env!?)\("NAME"',),
    hints=("System.",),
)

_CLOJURE: Final = Language(
    endings=("clj", "cljc", "cljs"),
    forms=(
        Form(_FUNCTION, r"\((?:defn|defmacro|defmulti) NAME(?=[\s\[(]|$)", inside=False),
        Form(_TYPE, r"\((?:defprotocol|defrecord|deftype) NAME(?=[\s\[(]|$)", inside=False),
    ),
    name=r"[A-Za-z][\w*+!?<>=./-]*",
    variables=(r'\(System/getenv "NAME"\)',),
    hints=("getenv",),
)

_OCAML: Final = Language(
    endings=("mli",),
    files_are_modules=True,
    forms=(
        Form(_FUNCTION, r"val NAME ?:", inside=False),
        Form(_TYPE, r"type (?:[+-]?'[a-z] )?NAME\b", inside=False),
    ),
    name=r"[a-z][A-Za-z0-9_']*",
)

_LUA: Final = Language(
    endings=("lua",),
    forms=(
        Form(_FUNCTION, r"function _?M\.NAME ?\(", inside=False),
        Form(_FUNCTION, r"_?M\.NAME = function\b", inside=False),
    ),
    variables=(r"""\bos\.getenv\(["']NAME["']\)""",),
    hints=("getenv",),
)

_R: Final = Language(
    endings=("r", "R"),
    forms=(
        Form(Mark.SKIP, r"#' @keywords internal"),
        Form(Mark.PUBLIC, r"#' @export$"),
        Form(Mark.OTHER, r"#' @(?:exportMethod|S3method|export )"),
        Form(_FUNCTION, r"NAME <- function\b", inside=False, marked=True),
    ),
    name=r"[A-Za-z][A-Za-z0-9_]*",  # a method of S3 has a dot
    variables=(r'\bSys\.getenv\("NAME"',),
    hints=("getenv",),
)

_JULIA: Final = Language(
    endings=("jl",),
    forms=(Form(_FUNCTION, r"export NAME$", inside=False),),
    name=r"@?[A-Za-z]\w*!?(?:, ?@?[A-Za-z]\w*!?)*",
    variables=(r'\bENV\["NAME"\](?! ?=[^=])', r'\bget\(ENV, "NAME"'),
    hints=("ENV",),
)

_DART: Final = Language(
    endings=("dart",),
    forms=(
        _INTERNAL,
        Form(Mark.SKIP, r"@(?:override|internal|visibleForTesting|protected)\b"),
        Form(_CLASS, r"(?:(?:abstract|sealed|base|final|interface|mixin) )*class NAME\b", inside=False),
        Form(_TYPE, r"(?:enum|mixin|extension type) NAME\b", inside=False),
    ),
)

_ZIG: Final = Language(
    endings=("zig",),
    forms=(Form(_FUNCTION, r"pub (?:inline )?fn NAME\(", inside=False),),
)

LANGUAGES: Final = (
    _PYTHON, _JAVASCRIPT, _GO, _RUST, _JAVA, _KOTLIN, _SCALA, _CSHARP, _RUBY, _PHP, _SWIFT, _C, _C_HEADER, _ELIXIR,
    _CLOJURE, _OCAML, _LUA, _R, _JULIA, _DART, _ZIG,
)  # fmt: skip
