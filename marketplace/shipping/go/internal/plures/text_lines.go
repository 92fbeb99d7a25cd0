package plures

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// Lines for people: `time level logger [request id]: message`. The supervisor writes the name of the process before them.
type textLines struct {
	to     io.Writer
	level  slog.Level
	logger string
	before string
	group  string
	one    sync.Mutex
}

func (l *textLines) Enabled(_ context.Context, level slog.Level) bool {
	return level >= l.level
}

func (l *textLines) WithAttrs(attributes []slog.Attr) slog.Handler {
	made := l.copied()
	for _, each := range attributes {
		made.before += " " + l.group + each.String()
	}
	return made
}

func (l *textLines) WithGroup(name string) slog.Handler {
	made := l.copied()
	made.group += name + "."
	return made
}

func (l *textLines) copied() *textLines {
	return &textLines{to: l.to, level: l.level, logger: l.logger, before: l.before, group: l.group}
}

func (l *textLines) Handle(ctx context.Context, record slog.Record) error {
	rest, err := withoutError(record)
	request := ""
	if id := RequestID(ctx); id != "" {
		request = " [" + id + "]"
	}
	text := record.Message + l.before
	rest.Attrs(func(each slog.Attr) bool {
		text += " " + l.group + each.String()
		return true
	})
	if err != nil {
		text += fmt.Sprintf("\n%s: %s\n%s", kindOf(err), err, stackOf(err))
	}
	level := strings.ToUpper(levelName(record.Level))
	line := fmt.Sprintf("%s %-7s %s%s: %s", record.Time.Format(timeFormat), level, l.logger, request, text)
	// Further lines are indented, so that none of them looks like a record.
	line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "\n", "\n    ")
	l.one.Lock()
	defer l.one.Unlock()
	_, failed := io.WriteString(l.to, line+"\n")
	return failed
}
