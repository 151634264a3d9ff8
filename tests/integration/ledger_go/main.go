// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Asservat authors

// The logs of asv-ledger-log, by Go's own packages for signed notes and transparency logs: whatever either of the
// two writes, the other must find right.
//
//	ledger_go write DIR SIZE...
//	ledger_go check DIR
//	ledger_go note DIR     only DIR/checkpoint by DIR/policy: every key of the policy has signed it
//	ledger_go tiles DIR [EARLIER]   a published log by DIR/policy, which begins with the tree of the checkpoint EARLIER
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var top string

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func load(name string) []byte {
	data, err := os.ReadFile(filepath.Join(top, name))
	must(err, name)
	return data
}

func store(name string, data []byte) {
	path := filepath.Join(top, name)
	must(os.MkdirAll(filepath.Dir(path), 0o777), name)
	must(os.WriteFile(path, data, 0o666), name)
}

// Go's tiles name their height, and records "data"; those of C2SP do not, and call them "entries".
func tilePath(t tlog.Tile) string {
	path := strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", t.H))
	if t.L == -1 {
		path = "entries" + strings.TrimPrefix(path, "data")
	}
	return "tile/" + path
}

type reader struct{}

func (reader) Height() int { return height }

func (reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(top, tilePath(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (reader) SaveTiles([]tlog.Tile, [][]byte) {}

// cosigner is a witness's key: cosignature/v1 of tlog-cosignature, which the package does not know.
type cosigner struct {
	name    string
	key     ed25519.PublicKey
	private ed25519.PrivateKey
	time    uint64
}

func (c cosigner) material() []byte { return append([]byte{4}, c.key...) }

func (c cosigner) Name() string { return c.name }

func (c cosigner) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(c.name+"\n"), c.material()...))
	return binary.BigEndian.Uint32(sum[:])
}

func (c cosigner) vkey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.KeyHash(), base64.StdEncoding.EncodeToString(c.material()))
}

func cosigned(time uint64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", time)), text...)
}

func (c cosigner) Verify(text, sig []byte) bool {
	return len(sig) == 72 && ed25519.Verify(c.key, cosigned(binary.BigEndian.Uint64(sig), text), sig[8:])
}

func (c cosigner) Sign(text []byte) ([]byte, error) {
	sig := binary.BigEndian.AppendUint64(nil, c.time)
	return append(sig, ed25519.Sign(c.private, cosigned(c.time, text))...), nil
}

// verifiers are those of the lines "log KEY" and "witness NAME KEY"; a witness's text is read back as we would write it.
func verifiers() (all []note.Verifier, logs int) {
	for _, line := range strings.Split(string(load("policy")), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) >= 2 && words[0] == "log":
			v, err := note.NewVerifier(words[1])
			must(err, line)
			all = append(all, v)
			logs++
		case len(words) >= 3 && words[0] == "witness":
			parts := strings.SplitN(words[2], "+", 3)
			key, err := base64.StdEncoding.DecodeString(parts[2])
			must(err, line)
			c := cosigner{name: parts[0], key: key[1:]}
			if c.vkey() != words[2] {
				log.Fatalf("%s is not %s", words[2], c.vkey())
			}
			all = append(all, c)
		}
	}
	return all, logs
}

func parseCheckpoint(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		log.Fatalf("checkpoint: %d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "checkpoint")
	root, err := tlog.ParseHash(lines[2])
	must(err, "checkpoint")
	return tlog.Tree{N: size, Hash: root}
}

func parseHashes(lines []string) (hashes []tlog.Hash) {
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		must(err, "proof")
		hashes = append(hashes, h)
	}
	return hashes
}

func same(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// checkNote opens a checkpoint: every known key's signature is there.
func checkNote(data []byte) tlog.Tree {
	known, logs := verifiers()
	n, err := note.Open(data, note.VerifierList(known...))
	must(err, "checkpoint")
	if len(n.Sigs) != len(known) || len(n.UnverifiedSigs) != 0 || logs != 1 || n.Sigs[0].Name != strings.Split(n.Text, "\n")[0] {
		log.Fatalf("checkpoint: signed by %v, not by all of %d", n.Sigs, len(known))
	}
	return parseCheckpoint(n.Text)
}

func checkEntries(tree tlog.Tree, hashes tlog.HashReader) {
	for n := int64(0); n*256 < tree.N; n++ {
		t := tlog.Tile{H: height, L: -1, N: n, W: 256}
		if left := tree.N - n*256; left < 256 {
			t.W = int(left)
		}
		bundle := load(tilePath(t))
		var indexes []int64
		var want []tlog.Hash
		for i := 0; i < t.W; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				log.Fatalf("%s: ends early", tilePath(t))
			}
			length := int(binary.BigEndian.Uint16(bundle))
			want = append(want, tlog.RecordHash(bundle[2:2+length]))
			bundle = bundle[2+length:]
			indexes = append(indexes, tlog.StoredHashIndex(0, n*256+int64(i)))
		}
		got, err := hashes.ReadHashes(indexes)
		must(err, tilePath(t))
		if len(bundle) != 0 || !same(got, want) {
			log.Fatalf("%s: not what the tiles say", tilePath(t))
		}
	}
}

// readProof is a C2SP tlog-proof whose checkpoint is signed: its tree, its index and its hashes.
func readProof(name string) (tlog.Tree, int64, []tlog.Hash) {
	head, checkpoint, found := strings.Cut(string(load(name)), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatalf("%s: no tlog-proof", name)
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		_, err := base64.StdEncoding.DecodeString(lines[0][6:])
		must(err, name)
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	must(err, name)
	return checkNote([]byte(checkpoint)), index, parseHashes(lines[1:])
}

func checkProofs(tree tlog.Tree, hashes tlog.HashReader) int {
	files, err := filepath.Glob(filepath.Join(top, "proof", "*.tlog-proof"))
	must(err, "proof")
	for _, file := range files {
		of, index, proof := readProof("proof/" + filepath.Base(file))
		if of != tree {
			log.Fatalf("%s: another checkpoint", file)
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		must(err, file)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]), file)
		want, err := tlog.ProveRecord(tree.N, index, hashes)
		must(err, file)
		if !same(proof, want) {
			log.Fatalf("%s: another proof", file)
		}
	}
	return len(files)
}

// prove checks each proof in the directory against the entry beside it.
func prove() {
	files, err := filepath.Glob(filepath.Join(top, "*.tlog-proof"))
	must(err, "proofs")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tlog-proof")
		tree, index, proof := readProof(name + ".tlog-proof")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(load(name+".entry"))), file)
	}
	if len(files) == 0 {
		log.Fatal("no proofs")
	}
	fmt.Printf("%d proofs\n", len(files))
}

func checkHeads(tree tlog.Tree, hashes tlog.HashReader) int {
	heads := strings.Split(strings.TrimSuffix(string(load("heads")), "\n"), "\n")
	for _, line := range heads {
		words := strings.Fields(line)
		size, err := strconv.ParseInt(words[0], 10, 64)
		must(err, line)
		root, err := tlog.ParseHash(words[1])
		must(err, line)
		got, err := tlog.TreeHash(size, hashes)
		must(err, line)
		if got != root {
			log.Fatalf("the head of size %d is another", size)
		}
		text := strings.TrimSuffix(string(load("consistency/"+words[0])), "\n")
		proof := parseHashes(strings.Fields(text))
		must(tlog.CheckTree(proof, tree.N, tree.Hash, size, root), line)
		want, err := tlog.ProveTree(tree.N, size, hashes)
		must(err, line)
		if !same(proof, want) {
			log.Fatalf("consistency/%d: another proof", size)
		}
	}
	return len(heads)
}

func check() {
	tree := checkNote(load("checkpoint"))
	hashes := tlog.TileHashReader(tree, reader{})
	checkEntries(tree, hashes)
	proofs := checkProofs(tree, hashes)
	heads := checkHeads(tree, hashes)
	if proofs == 0 || heads == 0 {
		log.Fatal("no proofs or no heads")
	}
	fmt.Printf("%d entries, %d proofs, %d heads\n", tree.N, proofs, heads)
}

// tiles checks a log as it is published: all its tiles, bundles and its head.
func tiles(earlier []string) {
	tree := checkNote(load("checkpoint"))
	hashes := tlog.TileHashReader(tree, reader{})
	checkEntries(tree, hashes)
	for _, name := range earlier {
		data, err := os.ReadFile(name)
		must(err, name)
		text, _, _ := strings.Cut(string(data), "\n\n")
		old := parseCheckpoint(text + "\n")
		got, err := tlog.TreeHash(old.N, hashes)
		must(err, name)
		if got != old.Hash {
			log.Fatalf("%s: a head of another tree", name)
		}
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		must(err, name)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), name)
	}
	fmt.Printf("%d entries\n", tree.N)
}

func keyOf(fill byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{fill}, 32)) }

// signers makes the keys of a log and two witnesses, and writes the policy that trusts them.
func signers(origin string) []note.Signer {
	private := keyOf(1)
	public := private.Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(origin, public)
	must(err, origin)
	policy := "log " + vkey + "\n"
	id := strings.Split(vkey, "+")[1]
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", origin, id, base64.StdEncoding.EncodeToString(append([]byte{1}, private.Seed()...)))
	signer, err := note.NewSigner(skey)
	must(err, origin)
	all := []note.Signer{signer}
	for i := byte(0); i < 2; i++ {
		key := keyOf(2 + i)
		c := cosigner{fmt.Sprintf("go.example/witness%d", i), key.Public().(ed25519.PublicKey), key, 1700000000 + uint64(i)}
		policy += fmt.Sprintf("witness w%d %s\n", i, c.vkey())
		all = append(all, c)
	}
	store("policy", []byte(policy+"group all all w0 w1\nquorum all\n"))
	return all
}

func lines(hashes []tlog.Hash) (text string) {
	for _, h := range hashes {
		text += h.String() + "\n"
	}
	return text + "\n"
}

func write(sizes []int64) {
	const origin = "go.example/log"
	var stored []tlog.Hash
	var entries [][]byte
	hashes := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, err error) {
		for _, i := range indexes {
			if i >= int64(len(stored)) {
				return nil, errors.New("not stored")
			}
			list = append(list, stored[i])
		}
		return list, nil
	})
	heads := ""
	old := int64(0)
	for _, size := range sizes {
		for n := int64(len(entries)); n < size; n++ {
			entry := []byte(strings.Repeat("e", int(n%97)) + strconv.FormatInt(n, 10))
			more, err := tlog.StoredHashes(n, entry, hashes)
			must(err, "entry")
			stored = append(stored, more...)
			entries = append(entries, entry)
		}
		for _, t := range tlog.NewTiles(height, old, size) {
			data, err := tlog.ReadTileData(t, hashes)
			must(err, t.Path())
			store(tilePath(t), data)
			if t.L != 0 {
				continue
			}
			var bundle []byte
			for _, entry := range entries[t.N*256 : t.N*256+int64(t.W)] {
				bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...)
			}
			t.L = -1
			store(tilePath(t), bundle)
		}
		root, err := tlog.TreeHash(size, hashes)
		must(err, "root")
		heads += fmt.Sprintf("%d %s\n", size, root)
		old = size
	}
	root, err := tlog.TreeHash(old, hashes)
	must(err, "root")
	checkpoint, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, old, root)}, signers(origin)...)
	must(err, "checkpoint")
	store("checkpoint", checkpoint)
	store("heads", []byte(heads))
	for index := int64(0); index < old; index = index*3 + 1 {
		proof, err := tlog.ProveRecord(old, index, hashes)
		must(err, "proof")
		text := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n%s%s", index, lines(proof), checkpoint)
		store(fmt.Sprintf("proof/%d.tlog-proof", index), []byte(text))
	}
	for _, size := range sizes {
		proof, err := tlog.ProveTree(old, size, hashes)
		must(err, "consistency")
		store(fmt.Sprintf("consistency/%d", size), []byte(lines(proof)))
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: ledger_go write DIR SIZE... | check DIR | prove DIR | note DIR | tiles DIR [EARLIER]")
	}
	top = os.Args[2]
	if os.Args[1] == "prove" {
		prove()
		return
	}
	if os.Args[1] == "tiles" {
		tiles(os.Args[3:])
		return
	}
	if os.Args[1] == "check" {
		check()
		return
	}
	if os.Args[1] == "note" {
		fmt.Println(checkNote(load("checkpoint")).N)
		return
	}
	var sizes []int64
	for _, word := range os.Args[3:] {
		size, err := strconv.ParseInt(word, 10, 64)
		must(err, word)
		sizes = append(sizes, size)
	}
	write(sizes)
}
