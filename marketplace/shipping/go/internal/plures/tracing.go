package plures

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

const (
	traceparentHeader = "Traceparent"
	tracestateHeader  = "Tracestate"
	baggageHeader     = "Baggage"

	mostInState   = 512
	mostInBaggage = 8192
)

var (
	traceparent = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$`)
	traceID     = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// Trace context of W3C: what a request says of its trace, and what goes on with the calls that it makes. www.w3.org/TR/trace-context
type trace struct {
	// 32 hexadecimal digits; empty outside of a request.
	id string
	// The span that runs here, and the caller's, which it is part of: 16 hexadecimal digits; the caller's is empty where there is none.
	span, parent string
	// Whether its beginning has decided that it is kept.
	isSampled bool
	// They go on as they came.
	state, baggage string
}

// A request that says no trace, or one that cannot be read, begins one: it is made to be answered.
func readTrace(headers interface{ Get(name string) string }, requestID string) trace {
	said := traceparent.FindStringSubmatch(headers.Get(traceparentHeader))
	// Later versions may have more fields; version ff is none, and 00 has no more.
	if said == nil || said[1] == "ff" || said[1] == "00" && said[5] != "" || isZero(said[2]) || isZero(said[3]) {
		begun := trace{id: requestID, span: newID(8)}
		if !traceID.MatchString(requestID) || isZero(requestID) {
			begun.id = newID(16)
		}
		return begun
	}
	return trace{
		id:        said[2],
		span:      newID(8),
		parent:    said[3],
		isSampled: strings.Contains("13579bdf", said[4]),
		state:     sane(headers.Get(tracestateHeader), mostInState),
		baggage:   sane(headers.Get(baggageHeader), mostInBaggage),
	}
}

// The same trace, one span further down.
func (t trace) below() trace {
	if t.id == "" {
		return t
	}
	t.parent, t.span = t.span, newID(8)
	return t
}

// What a call to another capability takes along.
func (t trace) headers() map[string]string {
	if t.id == "" {
		return nil
	}
	flags := 0
	if t.isSampled {
		flags = 1
	}
	parent := fmt.Sprintf("00-%s-%s-%02x", t.id, t.span, flags)
	return map[string]string{traceparentHeader: parent, tracestateHeader: t.state, baggageHeader: t.baggage}
}

// What is too long, or could not be written again, is dropped.
func sane(text string, most int) string {
	if len(text) > most {
		return ""
	}
	for _, each := range []byte(text) {
		if each < ' ' || each > '~' {
			return ""
		}
	}
	return text
}

func isZero(id string) bool {
	return strings.Trim(id, "0") == ""
}

func newID(bytes int) string {
	id := make([]byte, bytes)
	// It never fails.
	_, _ = rand.Read(id)
	if text := hex.EncodeToString(id); !isZero(text) {
		return text
	}
	return newID(bytes)
}
