package plures

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	sendEvery = time.Second
	sendLimit = 5 * time.Second
	// What is left at the end has so long.
	lastLimit = time.Second
)

// The spans of this process, sent as OTLP in JSON once a second: to where `plures run` keeps them, and to the receiver that OTEL_ variables
// name. What cannot be sent is dropped and counted; no call waits for it.
type spans struct {
	receivers  []receiver
	capability string
	log        *slog.Logger
	client     *http.Client

	one     sync.Mutex
	waiting []toldSpan
	// Of those that wait.
	unsampled int
	// Spans of sampled traces that are lost; those of others that were not sent, since there were too many.
	lost, passed int
	isTold       bool
}

type receiver struct {
	url     string
	headers map[string]string
	// Also those that may be kept for what comes later.
	takesAll bool
}

func newSpans(capability string, log *slog.Logger) *spans {
	// No proxy: what is sent says who calls whom.
	client := &http.Client{Transport: &http.Transport{}, Timeout: sendLimit}
	return &spans{receivers: receivers(), capability: capability, log: log, client: client}
}

func (s *spans) add(told toldSpan, isSampled, isFault bool) {
	s.one.Lock()
	defer s.one.Unlock()
	switch {
	case !isSampled && !isFault && s.unsampled >= mostUnsampled:
		s.passed++
	case len(s.waiting) >= mostSpans:
		s.lost++
	default:
		s.waiting = append(s.waiting, told)
		if !isSampled {
			s.unsampled++
		}
	}
}

// Sends again and again, until it is told to stop; then what is left.
func (s *spans) run(stop <-chan struct{}) {
	if len(s.receivers) == 0 {
		return
	}
	ticker := time.NewTicker(sendEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.send(sendLimit)
		case <-stop:
			s.send(lastLimit)
			return
		}
	}
}

func (s *spans) send(limit time.Duration) {
	s.one.Lock()
	sent := s.waiting
	s.waiting, s.unsampled = nil, 0
	s.one.Unlock()
	if len(sent) == 0 {
		return
	}
	sampled := slices.DeleteFunc(slices.Clone(sent), func(each toldSpan) bool { return each.Flags&sampledFlag == 0 })
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	isTaken := true
	for _, each := range s.receivers {
		these := sampled
		if each.takesAll {
			these = sent
		}
		isTaken = s.post(ctx, each, these) && isTaken
	}
	s.one.Lock()
	if !isTaken {
		s.lost += len(sampled)
	}
	lost, passed, isNews := s.lost, s.passed, !isTaken && !s.isTold
	s.isTold = !isTaken
	s.one.Unlock()
	// Once, until it goes well again.
	if isNews {
		s.log.Warn("spans cannot be sent; the service goes on without", "lost", lost, "passed", passed)
	}
}

func (s *spans) post(ctx context.Context, to receiver, sent []toldSpan) bool {
	if len(sent) == 0 {
		return true
	}
	body, err := json.Marshal(map[string]any{"resourceSpans": []any{map[string]any{
		"resource":   map[string]any{"attributes": s.resource()},
		"scopeSpans": []any{map[string]any{"scope": map[string]string{"name": "plures"}, "spans": sent}},
	}}})
	if err != nil {
		return false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	for name, value := range to.headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode == http.StatusOK
}

func (s *spans) resource() []attribute {
	process := os.Getenv("PLURES_PROCESS")
	told := []attribute{text("service.name", s.capability), {"process.pid", map[string]any{"intValue": strconv.Itoa(os.Getpid())}}}
	if process != "" {
		told = append(told, text("service.instance.id", process))
	}
	if host, err := os.Hostname(); err == nil {
		told = append(told, text("host.name", host))
	}
	return told
}

// Where traces are kept, and the receiver that OTEL_ variables name, if there is another one.
func receivers() []receiver {
	var found []receiver
	ours := os.Getenv("PLURES_TELEMETRY_URL")
	if ours != "" {
		ours += "/v1/traces"
		found = append(found, receiver{ours, map[string]string{"Authorization": "Bearer " + os.Getenv("PLURES_TELEMETRY_TOKEN")}, true})
	}
	theirs := os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	if base := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"); theirs == "" && base != "" {
		theirs = strings.TrimSuffix(base, "/") + "/v1/traces"
	}
	exporters := os.Getenv("OTEL_TRACES_EXPORTER")
	isWanted := os.Getenv("OTEL_SDK_DISABLED") != "true" && (exporters == "" || slices.Contains(strings.Split(exporters, ","), "otlp"))
	if theirs == "" || theirs == ours || !isWanted || ofOTLP("PROTOCOL") == "grpc" {
		return found
	}
	headers := map[string]string{}
	for _, each := range strings.Split(ofOTLP("HEADERS"), ",") {
		name, value, _ := strings.Cut(each, "=")
		if plain, err := url.PathUnescape(strings.TrimSpace(value)); err == nil && strings.TrimSpace(name) != "" {
			headers[strings.TrimSpace(name)] = plain
		}
	}
	return append(found, receiver{theirs, headers, false})
}

func ofOTLP(name string) string {
	if value := os.Getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); value != "" {
		return value
	}
	return os.Getenv("OTEL_EXPORTER_OTLP_" + name)
}
