package plures

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect/v2"
)

// Kinds of spans, as OTLP numbers them.
const (
	serverSpan = 2
	clientSpan = 3

	failedStatus = 2
	// Flags of OTLP: those of W3C are said, and whether the parent is in another process.
	knownFlags  = 0x300
	sampledFlag = 1

	mostSpans = 2000
	// Those whose trace may be kept for what comes later: they are many where requests are many, and few are asked for.
	mostUnsampled = 100
)

// A span that runs.
type span struct {
	to        *spans
	kind      int
	operation string
	trace     trace
	began     time.Time
	// How it failed: a code of the protocol, or the name of a declared error; empty where it did not.
	code string
	once sync.Once
}

// The operation is "shop.mail.v1.Mail/Send".
func (s *spans) begin(kind int, operation string, of trace) *span {
	return &span{to: s, kind: kind, operation: strings.TrimPrefix(operation, "/"), trace: of, began: time.Now()}
}

func (s *span) end() {
	s.once.Do(func() {
		if len(s.to.receivers) > 0 && s.trace.id != "" {
			s.to.add(s.told(time.Now()), s.trace.isSampled, s.isFault())
		}
	})
}

// Of a call to another capability: a peer's declared error has a name, as the last part of the type of its detail.
func (s *span) failed(err error) {
	s.code = connect.CodeOf(err).String()
	if told := (*connect.Error)(nil); errors.As(err, &told) && len(told.Details()) > 0 {
		kind := told.Details()[0].Type
		s.code = kind[strings.LastIndexByte(kind, '.')+1:]
	}
}

// Declared errors have names with capitals, and are answers.
func (s *span) isFault() bool {
	return s.code != "" && s.code == strings.ToLower(s.code)
}

func (s *span) told(ended time.Time) toldSpan {
	service, method, _ := strings.Cut(s.operation, "/")
	told := toldSpan{
		TraceID:  s.trace.id,
		SpanID:   s.trace.span,
		ParentID: s.trace.parent,
		Flags:    knownFlags,
		Name:     s.operation,
		Kind:     s.kind,
		Start:    nanoseconds(s.began),
		// By the clock that no one can set.
		End: nanoseconds(s.began.Add(ended.Sub(s.began))),
		Attributes: []attribute{
			text("rpc.system", "connect_rpc"), text("rpc.service", service), text("rpc.method", method),
		},
	}
	if s.trace.isSampled {
		told.Flags |= sampledFlag
	} else {
		// So that it is held for a while, and kept where its trace is.
		told.Attributes = append(told.Attributes, attribute{"plures.sampled", map[string]any{"boolValue": false}})
	}
	whose := "plures.capability"
	if s.kind == clientSpan {
		whose = "plures.caller"
	}
	told.Attributes = append(told.Attributes, text(whose, s.to.capability))
	switch {
	case s.isFault():
		told.Status = &toldStatus{failedStatus, s.code}
		told.Attributes = append(told.Attributes, text("rpc.connect_rpc.error_code", s.code), text("error.type", s.code))
	case s.code != "":
		told.Attributes = append(told.Attributes, text("plures.error", s.code))
	}
	return told
}

func nanoseconds(moment time.Time) string {
	return strconv.FormatInt(moment.UnixNano(), 10)
}

// A span, as OTLP has it in JSON.
type toldSpan struct {
	TraceID    string      `json:"traceId"`
	SpanID     string      `json:"spanId"`
	ParentID   string      `json:"parentSpanId,omitempty"`
	Flags      int         `json:"flags"`
	Name       string      `json:"name"`
	Kind       int         `json:"kind"`
	Start      string      `json:"startTimeUnixNano"`
	End        string      `json:"endTimeUnixNano"`
	Attributes []attribute `json:"attributes"`
	Status     *toldStatus `json:"status,omitempty"`
}

type toldStatus struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type attribute struct {
	Key   string         `json:"key"`
	Value map[string]any `json:"value"`
}

func text(key, value string) attribute {
	return attribute{key, map[string]any{"stringValue": value}}
}
