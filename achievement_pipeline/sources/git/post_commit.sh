# >>> achievements: leaves word of this commit, ends well whatever happens; see `achievements hook` >>>
(
  spool={spool}
  newline='
'
  found=$(git rev-parse HEAD --absolute-git-dir) || exit 0
  sha=${found%%"$newline"*}
  path=$PWD
  [ -e "$path/.git" ] || path=${found#*"$newline"}
  case $path in *[\\\"]*) path=$(printf '%s\n' "$path" | sed 's/[\\"]/\\&/g') ;; esac
  [ -d "$spool" ] || mkdir -p "$spool"
  printf '{"repository_path": "%s", "sha": "%s"}\n' "$path" "$sha" >"$spool/.$sha.$$" &&
    mv "$spool/.$sha.$$" "$spool/$sha.$$.json"
) </dev/null >/dev/null 2>&1 || :
# <<< achievements <<<
