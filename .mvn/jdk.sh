# Sourced by ./hanse and .ci/run: prints the home of a JDK this project can use, or nothing.
# The one that the build is checked with comes first, then any newer one.

jdk_major() {
  # A JDK says its version in a file; asking it costs a process and a quarter of a second.
  [[ -x $1/bin/javac && -r $1/release ]] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  local wanted=25 newest="" newest_version=0 home version on_path
  on_path=$(command -v javac || true)
  for home in "${JAVA_HOME:-}" \
    "${on_path:+$(dirname "$(dirname "$(readlink -f "$on_path")")")}" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /usr/local/lib/jvm/* /usr/local/jdk* \
    "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* "${HOME:-/}"/.jenv/versions/* \
    "${HOME:-/}"/.local/share/mise/installs/java/* "${HOME:-/}"/.asdf/installs/java/*; do
    [[ -n $home ]] || continue
    version=$(jdk_major "$home") || continue
    if [[ $version == "$wanted" ]]; then
      printf '%s\n' "$home"
      return
    fi
    if [[ ${version:-0} -gt $wanted && $version -gt $newest_version ]]; then
      newest=$home newest_version=$version
    fi
  done
  [[ -z $newest ]] || printf '%s\n' "$newest"
}
