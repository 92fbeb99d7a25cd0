package plures

import (
	"context"
	"strconv"

	"connectrpc.com/connect/v2"
)

const (
	hopsHeader        = "Plures-Hops"
	requestIDHeader   = "X-Request-Id"
	criticalityHeader = "Plures-Criticality"
	contextHeader     = "Plures-Context"
	outcomeHeader     = "Plures-Outcome"
	notSent           = "not sent"

	mostHops         = 16
	longestRequestID = 128
)

// What travels with a call from process to process, beside its deadline.
type call struct {
	hops        int
	requestID   string
	criticality string
	// On whose behalf: sealed by a process of the run, passed on as it came.
	context string
	trace   trace
}

type callKey struct{}

// RequestID is the id of the request that ctx belongs to; empty outside of one.
func RequestID(ctx context.Context) string {
	return callOf(ctx).requestID
}

func callOf(ctx context.Context) call {
	known, _ := ctx.Value(callKey{}).(call)
	return known
}

func readCall(headers interface{ Get(name string) string }) (call, *connect.Error) {
	read := call{
		hops:        1,
		requestID:   saneRequestID(headers.Get(requestIDHeader)),
		criticality: headers.Get(criticalityHeader),
		context:     headers.Get(contextHeader),
	}
	read.trace = readTrace(headers, read.requestID)
	if text := headers.Get(hopsHeader); text != "" {
		hops, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return read, connect.NewError(connect.CodeInvalidArgument, "Plures-Hops is not a small number")
		}
		read.hops = int(hops)
	}
	if read.hops > mostHops {
		return read, tooManyHops()
	}
	return read, nil
}

func tooManyHops() *connect.Error {
	return connect.Errorf(connect.CodeResourceExhausted, "more than %d calls are nested", mostHops)
}

// An id with anything that must not come into a log is none.
func saneRequestID(text string) string {
	if len(text) > longestRequestID {
		return ""
	}
	for _, each := range []byte(text) {
		if each < '!' || each > '~' {
			return ""
		}
	}
	return text
}
