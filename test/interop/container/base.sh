#!/usr/bin/env bash
# Makes the image that stands for node:24-bookworm-slim where no registry of images is at hand: Debian's
# base system, the Node of package.json and the npm of this machine. Needs root, debootstrap and buildah.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/storage.sh"

node=$root/node_modules/node/bin/node
npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
version=$("$node" --version)-npm$("$node" -p "require('$npm/package.json').version")
# What builds of sources that are gone have left is kept only until it is much.
if (($(buildah images --all --quiet | wc -l) > 100)); then buildah rmi --prune >/dev/null; fi
if buildah inspect --type image "$base:$version" >/dev/null 2>&1; then exit 0; fi

echo "making a base image of Debian and Node"
format='$(CODENAME) $(REPO_URI)'
read -r suite mirror < <(apt-get indextargets --format "$format" \
  "Identifier: Packages" "Origin: Debian" "Component: main" | awk 'NF == 2 && $1 !~ /-/' | sort -u) ||
  { echo "base.sh: apt knows no mirror of Debian" >&2; exit 1; }
system=$(mktemp -d "$store/system.XXXXXX")
trap 'rm -rf "$system"' EXIT
debootstrap --variant=minbase "$suite" "$system" "$mirror" >"$store/debootstrap.log" 2>&1 ||
  { tail -20 "$store/debootstrap.log" >&2; exit 1; }
rm -rf "$system"/var/{cache/apt,lib/apt/lists,log}/* "$system"/usr/share/{doc,man,info,locale}/*
# The mirror of this machine is no part of an image.
: >"$system/etc/apt/sources.list"
install -m 755 "$node" "$system/usr/local/bin/node"
mkdir -p "$system/usr/local/lib/node_modules"
cp -r "$npm" "$system/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$system/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$system/usr/local/bin/npx"

container=$(buildah from scratch)
buildah add --quiet "$container" "$system" / >/dev/null
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
buildah config --env "PATH=$path" --env "NODE_VERSION=${version#v}" --cmd node "$container"
buildah commit --quiet --rm "$container" "$base:$version" >/dev/null
buildah tag "$base:$version" "$base:24"
