# >>> achievements: reports this commit to the service, and never fails; see `achievements hook` >>>
(
  umask 077
  spool={spool} path=$PWD git=${GIT_DIR:-.git} sha=
  # start no process if the refs are plain files, as they usually are right after a commit
  if read -r head <"$git/HEAD"; then
    case $head in "ref: "*) read -r sha <"$git/${head#ref: }" ;; *) sha=$head ;; esac
  fi
  case $sha in "" | *[!0-9a-f]*) sha=$(git rev-parse HEAD) || exit 0 ;; esac
  [ -e .git ] || path=$(git rev-parse --absolute-git-dir)
  case $path in *[\\\"]*) path=$(printf '%s\n' "$path" | sed 's/[\\"]/\\&/g') ;; esac
  [ -d "$spool" ] || mkdir -p "$spool"
  printf '{"repository_path": "%s", "sha": "%s"}\n' "$path" "$sha" >"$spool/$sha.$$.json"
) </dev/null >/dev/null 2>&1 || :
# <<< achievements <<<
