# Sourced by `run` and `test`: what both need before they can start. Expects to be in the repository's root.

die() { printf '%s\n' "$*" >&2; exit 1; }

require_tools() {
  command -v dotnet >/dev/null || die "dotnet is not on PATH. Install the .NET 10 SDK (https://dotnet.microsoft.com/download)."
  dotnet --version >/dev/null 2>&1 || die "$(dotnet --version 2>&1)
Install the .NET 10 SDK (https://dotnet.microsoft.com/download); global.json says which versions do."
  command -v npm >/dev/null || [ -n "${TASKASPIRE_POSTGRES_BIN:-}" ] ||
    printf '%s\n' "npm is not on PATH: PostgreSQL must then be installed (14 or later), and the Aspire dashboard is left out. Node.js 20 or later has it (https://nodejs.org)."
}

# Does the package feed carry all of Aspire.* and Elastic.* that is used? Found out once and remembered in Directory.Local.props,
# so that plain `dotnet build` and an IDE know it too. See docs/adr/0001-two-feeds.md.
# The app host is asked since it needs the most (its SDK, and the services' packages with its own), and a mirror may have a part.
find_out_feed() {
  [ -f Directory.Local.props ] || [ -n "${ClosedFeed:-}" ] && return
  local output
  output=$(dotnet restore TaskAspire.AppHost -v q --nologo 2>&1) && return
  # No such package, none of a version that will do, no such SDK. (A letter before the name: a path of this repository.)
  if printf '%s' "$output" | grep -qE '(NU1101|NU1102|MSB4236):.*[^A-Za-z](Aspire|Elastic)\.'; then
    cat > Directory.Local.props <<'XML'
<Project>
  <PropertyGroup>
    <ClosedFeed>true</ClosedFeed>
  </PropertyGroup>
</Project>
XML
    printf '%s\n' "The package feed lacks packages of Aspire.* or Elastic.*: building without them from now on (Directory.Local.props)."
  else
    die "$output"
  fi
}

feed_is_closed() {
  [ "${ClosedFeed:-}" = true ] || { [ -z "${ClosedFeed:-}" ] && grep -qs '<ClosedFeed>true</ClosedFeed>' Directory.Local.props; }
}

# Silent unless it fails.
quietly() {
  local output
  output=$("$@" 2>&1) || die "$output"
}

build() { quietly dotnet build "$@" -v q --nologo; }

# The same, left out when no source has changed since the last time: even a build with nothing to do takes seconds.
# (-mindepth 1: the first build puts bin and obj into the projects' own folders, which is no change.)
build_if_changed() {
  local stamp="$1/obj/run.stamp" program="$1/bin/Debug/net10.0/$1.dll"
  if [ -f "$stamp" ] && [ -f "$program" ] && [ -z "$(find . -maxdepth 1 -type f -newer "$stamp" -print -quit)" ] &&
    [ -z "$(find TaskAspire.* eng .config -mindepth 1 \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]; then
    return
  fi
  printf '%s\n' "Building…"
  local began; began=$(mktemp)
  # The analyzers are for ./test: without them who only wants to see it run waits a third less.
  build "$1" -p:RunAnalyzers=false
  mv "$began" "$stamp"
}
