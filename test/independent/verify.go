// Asks a running register for its checkpoint, tiles and proofs, and checks them with the code of Go's checksum database
// (golang.org/x/mod/sumdb), which shares nothing with Habeas. Then changes every bit of each, one at a time, and expects a refusal.
//
//	go run verify.go <url> <public key> <file with an earlier checkpoint>
//
// Ends with exit code 1 at the first thing that is not as expected.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The proofs of so many events are checked, spread over the log; of the first few also every bit of the event.
const (
	samples     = 40
	wholeEvents = 3
)

var checkpoints, tiles, inclusions, consistencies, changed int

func main() {
	url, key, file := os.Args[1], os.Args[2], os.Args[3]
	verifier, err := note.NewVerifier(key)
	check(err)
	verifiers := note.VerifierList(verifier)
	earlierNote, err := os.ReadFile(file)
	check(err)
	laterNote := get(url + "/v1/log/checkpoint")
	earlier, later := openCheckpoint(earlierNote, verifiers), openCheckpoint(laterNote, verifiers)
	if earlier.N >= later.N {
		fail("the log has not grown: %d, %d", earlier.N, later.N)
	}
	for _, signed := range [][]byte{earlierNote, laterNote} {
		checkpoints++
		refuseChangedNotes(signed, verifiers)
	}

	// It gives only hashes that the tiles prove to be those of the later checkpoint.
	hashes := tlog.TileHashReader(later, tileReader{url + "/v1/log/"})
	for _, from := range []int64{1, 2, 3, 128, 255, 256, 257, 512, earlier.N, later.N} {
		for _, to := range []int64{256, 257, earlier.N, later.N - 1, later.N} {
			if from <= to {
				checkConsistency(url, from, to, hashes)
			}
		}
	}
	if hashAt(earlier.N, hashes) != earlier.Hash {
		fail("the tiles do not have the root of the earlier checkpoint")
	}
	ids := eventIDs(url, later.N)
	for sample := 0; sample < samples; sample++ {
		index := int64(sample) * (later.N - 1) / (samples - 1)
		checkInclusion(url, ids[index], index, later, hashes, sample < wholeEvents)
		if index < earlier.N {
			checkInclusion(url, ids[index], index, earlier, hashes, false)
		}
	}
	fmt.Printf("accepted: %d checkpoints, %d inclusion proofs, %d consistency proofs, %d tiles\n",
		checkpoints, inclusions, consistencies, tiles)
	fmt.Printf("refused: all of these with one bit changed, %d times\n", changed)
}

// openCheckpoint returns size and root of a signed note. Go's own parser of trees expects another first line.
func openCheckpoint(signed []byte, verifiers note.Verifiers) tlog.Tree {
	opened, err := note.Open(signed, verifiers)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// refuseChangedNotes changes the text, and the bytes of the signature: a bit of base64 may stand for nothing.
func refuseChangedNotes(signed []byte, verifiers note.Verifiers) {
	end := bytes.LastIndex(signed, []byte("\n\n")) + 1
	eachBit(signed[:end], func(text []byte) {
		_, err := note.Open(append(append([]byte{}, text...), signed[end:]...), verifiers)
		expectRefusal(err, "a checkpoint with another text")
	})
	fields := strings.Fields(string(signed[end:]))
	signature, err := base64.StdEncoding.DecodeString(fields[2])
	check(err)
	eachBit(signature, func(other []byte) {
		line := fmt.Sprintf("\n— %s %s\n", fields[1], base64.StdEncoding.EncodeToString(other))
		_, err := note.Open(append(append([]byte{}, signed[:end]...), line...), verifiers)
		expectRefusal(err, "a checkpoint with another signature")
	})
}

func checkConsistency(url string, from, to int64, hashes tlog.HashReader) {
	var answer struct{ Hashes []tlog.Hash }
	parse(get(fmt.Sprintf("%s/v1/log/proof/consistency?from=%d&to=%d", url, from, to)), &answer)
	older, newer := hashAt(from, hashes), hashAt(to, hashes)
	check(tlog.CheckTree(answer.Hashes, to, newer, from, older))
	own, err := tlog.ProveTree(to, from, hashes)
	check(err)
	expectSame(own, answer.Hashes)
	consistencies++
	eachBitOfHashes(answer.Hashes, func(proof []tlog.Hash) {
		expectRefusal(tlog.CheckTree(proof, to, newer, from, older), "a consistency proof")
	})
	eachBit(older[:], func(root []byte) {
		expectRefusal(tlog.CheckTree(answer.Hashes, to, newer, from, toHash(root)), "another earlier root")
	})
	eachBit(newer[:], func(root []byte) {
		expectRefusal(tlog.CheckTree(answer.Hashes, to, toHash(root), from, older), "another later root")
	})
}

func checkInclusion(url, id string, index int64, tree tlog.Tree, hashes tlog.HashReader, whole bool) {
	var answer struct {
		Event  interface{}
		Index  json.Number
		Hashes []tlog.Hash
	}
	parse(get(fmt.Sprintf("%s/v1/log/proof/inclusion?event=%s&size=%d", url, id, tree.N)), &answer)
	if answer.Index.String() != strconv.FormatInt(index, 10) {
		fail("event %s has index %s, and not %d", id, answer.Index, index)
	}
	event := canonical(answer.Event)
	leaf := tlog.RecordHash(event)
	check(tlog.CheckRecord(answer.Hashes, tree.N, tree.Hash, index, leaf))
	own, err := tlog.ProveRecord(tree.N, index, hashes)
	check(err)
	expectSame(own, answer.Hashes)
	inclusions++
	eachBitOfHashes(answer.Hashes, func(proof []tlog.Hash) {
		expectRefusal(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf), "an inclusion proof")
	})
	if whole {
		eachBit(event, func(other []byte) {
			expectRefusal(tlog.CheckRecord(answer.Hashes, tree.N, tree.Hash, index, tlog.RecordHash(other)), "another event")
		})
	}
}

// tileReader reads tiles of 256 hashes. C2SP has no height in their path, as Go has.
type tileReader struct{ url string }

func (tileReader) Height() int                         { return 8 }
func (tileReader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r tileReader) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	data := [][]byte{}
	for _, tile := range asked {
		data = append(data, get(r.url+strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		tiles++
	}
	return data, nil
}

func hashAt(size int64, hashes tlog.HashReader) tlog.Hash {
	hash, err := tlog.TreeHash(size, hashes)
	check(err)
	return hash
}

func eventIDs(url string, count int64) []string {
	ids := []string{}
	lines := bufio.NewScanner(bytes.NewReader(get(fmt.Sprintf("%s/v1/events?limit=%d", url, count))))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct{ ID string }
		parse(lines.Bytes(), &event)
		ids = append(ids, event.ID)
	}
	if int64(len(ids)) != count {
		fail("%d events of %d", len(ids), count)
	}
	return ids
}

// canonical is RFC 8785. Numbers are left as they came: only whole ones are stored.
func canonical(value interface{}) []byte {
	switch value := value.(type) {
	case map[string]interface{}:
		keys := []string{}
		for key := range value {
			keys = append(keys, key)
		}
		sort.Slice(keys, func(i, j int) bool { return isBefore(keys[i], keys[j]) })
		parts := [][]byte{}
		for _, key := range keys {
			parts = append(parts, append(append(quote(key), ':'), canonical(value[key])...))
		}
		return wrap('{', parts, '}')
	case []interface{}:
		parts := [][]byte{}
		for _, item := range value {
			parts = append(parts, canonical(item))
		}
		return wrap('[', parts, ']')
	case string:
		return quote(value)
	default:
		text, err := json.Marshal(value)
		check(err)
		return text
	}
}

func wrap(open byte, parts [][]byte, end byte) []byte {
	return append(append([]byte{open}, bytes.Join(parts, []byte(","))...), end)
}

// isBefore orders keys by their UTF-16 code units.
func isBefore(a, b string) bool {
	left, right := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(left) && i < len(right); i++ {
		if left[i] != right[i] {
			return left[i] < right[i]
		}
	}
	return len(left) < len(right)
}

var escapes = map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

// quote escapes no more than JSON must; Go's own encoder escapes line separators too.
func quote(text string) []byte {
	var quoted bytes.Buffer
	quoted.WriteByte('"')
	for _, char := range text {
		if escape, ok := escapes[char]; ok {
			quoted.WriteString(escape)
		} else if char < 0x20 {
			fmt.Fprintf(&quoted, `\u%04x`, char)
		} else {
			quoted.WriteRune(char)
		}
	}
	quoted.WriteByte('"')
	return quoted.Bytes()
}

func eachBit(data []byte, use func([]byte)) {
	other := append([]byte{}, data...)
	for i := 0; i < 8*len(data); i++ {
		other[i/8] ^= 1 << (i % 8)
		use(other)
		other[i/8] ^= 1 << (i % 8)
	}
}

func eachBitOfHashes(hashes []tlog.Hash, use func([]tlog.Hash)) {
	for i := range hashes {
		eachBit(hashes[i][:], func(other []byte) {
			proof := append([]tlog.Hash{}, hashes...)
			proof[i] = toHash(other)
			use(proof)
		})
	}
}

func toHash(data []byte) (hash tlog.Hash) {
	copy(hash[:], data)
	return hash
}

func expectRefusal(err error, what string) {
	if err == nil {
		fail("accepted with one bit changed: %s", what)
	}
	changed++
}

func expectSame(own, given []tlog.Hash) {
	if fmt.Sprint(own) != fmt.Sprint(given) {
		fail("Go makes another proof: %v, and not %v", own, given)
	}
}

func get(url string) []byte {
	response, err := http.Get(url)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	if response.StatusCode != http.StatusOK {
		fail("%s: %s %s", url, response.Status, body)
	}
	return body
}

func parse(text []byte, value interface{}) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	check(decoder.Decode(value))
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
