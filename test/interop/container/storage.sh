# Read by the other scripts of this folder: the image store of these tests is their own, in .tools.
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
store=$root/.tools/container
base=localhost/presage-test/node
mkdir -p "$store"

# Layers share files where the kernel can lay them over each other here; else each is a copy.
if [[ ! -e "$store/storage.conf" ]]; then
  mkdir -p "$store"/try/{lower,upper,work,merged}
  driver=vfs
  if mount -t overlay overlay "$store/try/merged" \
    -o "lowerdir=$store/try/lower,upperdir=$store/try/upper,workdir=$store/try/work" 2>/dev/null; then
    umount "$store/try/merged"
    driver=overlay
  fi
  rm -rf "$store/try"
  cat >"$store/storage.conf" <<CONF
[storage]
driver = "$driver"
graphroot = "$store/images"
runroot = "$store/run"
CONF
fi
export CONTAINERS_STORAGE_CONF=$store/storage.conf
export BUILDAH_ISOLATION=chroot BUILDAH_FORMAT=docker
BUILDAH_LAYERS=$(grep -q overlay "$store/storage.conf" && echo true || echo false)
export BUILDAH_LAYERS
