#!/usr/bin/env bash
# Writes the Go stubs to ./gen. Needs protoc-gen-go and protoc-gen-go-grpc on the PATH, and a protoc: `protoc`, or what
# $PROTOC says, such as "python3 -m grpc_tools.protoc". Our protos name no Go package, so each is mapped here.
set -euo pipefail
cd "$(dirname "$0")"
protos=../../target/protos
[ -d "$protos/hanse" ] || { echo "no $protos: run ./mvnw -pl proto generate-resources first" >&2; exit 1; }

module=hanse.example/client
options=() files=()
while IFS= read -r file; do
  directory=${file%/*}
  case $directory in
    hanse/*/v1) package=${directory#hanse/}; package=${package%/v1}v1 ;;
    *) package=${directory##*/} ;;
  esac
  options+=("--go_opt=M$file=$module/gen/$directory;$package" "--go-grpc_opt=M$file=$module/gen/$directory;$package")
  files+=("$file")
done < <(cd "$protos" && find hanse buf -name '*.proto' | sort)

rm -rf gen
mkdir gen
# shellcheck disable=SC2086 # $PROTOC may be a command with arguments
${PROTOC:-protoc} -I "$protos" --go_out=. --go_opt=module=$module --go-grpc_out=. --go-grpc_opt=module=$module \
  "${options[@]}" "${files[@]}"
