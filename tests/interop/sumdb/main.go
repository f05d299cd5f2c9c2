// Reads a mirror of our log with Go's own packages: sumdb/note for signatures, sumdb/tlog for tiles and proofs.
// usage: sumdb VKEY OLD-CHECKPOINT NEW-CHECKPOINT TILES INDEX LEAF-HEX
package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func head(path string, by note.Verifier) tlog.Tree {
	data, err := os.ReadFile(path)
	check(err)
	opened, err := note.Open(data, note.VerifierList(by))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != by.Name() {
		check(fmt.Errorf("another origin"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

// folder is a mirror of C2SP tlog-tiles: the same tiles, without their height in the path.
type folder string

func (f folder) Height() int                          { return 8 }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	by, err := note.NewVerifier(os.Args[1])
	check(err)
	before, now := head(os.Args[2], by), head(os.Args[3], by)
	reader := tlog.TileHashReader(now, folder(os.Args[4]))
	grown, err := tlog.ProveTree(now.N, before.N, reader)
	check(err)
	check(tlog.CheckTree(grown, now.N, now.Hash, before.N, before.Hash))
	index, err := strconv.ParseInt(os.Args[5], 10, 64)
	check(err)
	leaf, err := hex.DecodeString(os.Args[6])
	check(err)
	included, err := tlog.ProveRecord(now.N, index, reader)
	check(err)
	check(tlog.CheckRecord(included, now.N, now.Hash, index, tlog.RecordHash(leaf)))
	fmt.Println("ok", now.N)
}
