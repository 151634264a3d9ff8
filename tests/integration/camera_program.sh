#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Asservat authors
#
# camera_program.sh CAMERA ENROL   asservat-camera as its user meets it: what is wrong is said, and with what to do; what
# is killed, may not grow or has been spoilt goes on.
set -euo pipefail
camera=$1 enrol=$2
command -v ffmpeg >/dev/null || { echo "skipped: ffmpeg is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

says() { # TEXT STATUS COMMAND...: exits like this and says so
  local text=$1 status=$2 got=0
  shift 2
  "$@" > out 2>&1 || got=$?
  if [ "$got" -ne "$status" ] || ! grep -qF -- "$text" out; then
    echo "'$*' exited $got instead of $status, or did not say '$text' but:"
    cat out
    exit 1
  fi
}
install() { # DIR
  mkdir "$1.trust"
  "$enrol" "$1/request" "$1.trust"
  says "40 day keys" 0 "$camera" install "$1" "$1.trust/chain" "$1.trust/root" "$1.trust/bulletin"
}

says "cannot be written there" 1 "$camera" init cam --model M --serial S --request no/such/place
says "fingerprint" 0 "$camera" init cam --model M --serial S
says "another camera" 1 "$camera" init cam --model M --serial T
says "is not installed" 1 "$camera" record cam --input /dev/null
install cam

ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=25 -t 12 -c:v libx264 -preset ultrafast -g 25 -b:v 2000k \
  -movflags frag_keyframe+empty_moov+default_base_moof -f mp4 in.mp4
says "--rate fast: say realtime or full" 2 "$camera" record cam --rate fast
says "--at 5:bogus" 2 "$camera" record cam --at 5:bogus
says "--checkpoint 1: say 250" 2 "$camera" record cam --checkpoint 1
says "--frobnicate" 2 "$camera" record cam --frobnicate 1
says "no-such.mp4: cannot be opened" 1 "$camera" record cam --input no-such.mp4
says "nothing was recorded" 1 "$camera" record cam --input /dev/null
says "nobody is recording here" 1 "$camera" mark cam start
says "ASCII" 1 "$camera" mark cam announced "kein Platz für so etwas"
[ "$("$camera" list cam | wc -l)" -eq 1 ]

# What is to be noted and cannot be does not end the recording, and is told.
says "it is recording already" 1 "$camera" record cam --input in.mp4 --rate full --at 500:start --at 800:marker
says "ended" 0 "$camera" list cam
grep -q marked out

# A file that may not grow: the clip is broken off, and the next one goes on.
mkdir small
"$camera" init small/cam --model M --serial S > /dev/null
install small/cam
(ulimit -f 400; says "BROKEN OFF" 0 "$camera" record small/cam --input in.mp4 --rate full)
"$camera" list small/cam > out
[ "$(grep -c cut out)" -ge 2 ] && tail -1 out | grep -q ended

# Spoilt files: each time it says so, records on with the next number, or says how it does again.
for file in state/counter state/store state/clock state/marks state/log; do
  printf garbage > "cam/$file"
  last=$("$camera" list cam | tail -1 | cut -f1)
  says "1 recorded" 0 "$camera" record cam --input in.mp4 --rate full
  [ "$("$camera" list cam | tail -1 | cut -f1)" -eq $((last + 1)) ]
done
for file in trust/bulletin trust/root state/identity; do # there twice
  printf garbage > "cam/$file"
  says "1 recorded" 0 "$camera" record cam --input in.mp4 --rate full
done
printf garbage | tee cam/trust/chain > cam/trust/chain.copy
says "install it again" 0 "$camera" status cam
grep -q FAULT out
says "install again" 1 "$camera" record cam --input in.mp4 --rate full
says "installed" 0 "$camera" install cam cam.trust/chain cam.trust/root cam.trust/bulletin
says "1 recorded" 0 "$camera" record cam --input in.mp4 --rate full
