package plures

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// A connection that is closed while a request is on its way loses it. So each gets a last answer that says it is the last, and those
	// that stay silent for so long are closed without one.
	linger = 500 * time.Millisecond
	poll   = 10 * time.Millisecond
	// Twice what a replica of Plures gives a silent connection, so that it is the caller who closes.
	idleLimit    = 240 * time.Second
	headerLimit  = 10 * time.Second
	defaultGrace = 30 * time.Second
)

// Serves until SIGTERM or SIGINT, and then until all calls are answered; a second signal ends it at once.
func (p *Process) serve(calls http.Handler) error {
	var stopping atomic.Bool
	var open atomic.Int64
	server := &http.Server{
		Handler:           withHealth(calls, &stopping),
		ConnState:         counting(&open),
		IdleTimeout:       idleLimit,
		ReadHeaderTimeout: headerLimit,
	}
	listener, err := net.Listen("tcp", address())
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	p.Log.Info("listening on " + listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-signals:
	}
	stopping.Store(true)
	stopped := make(chan error, 1)
	go func() { stopped <- stop(server, &open) }()
	select {
	case err = <-stopped:
	case <-signals:
		err = errors.Join(errors.New("told twice to stop"), server.Close())
	}
	if err != nil {
		p.Log.Warn("calls were cut off: they had not ended in time", "error", err)
	}
	return nil
}

func stop(server *http.Server, open *atomic.Int64) error {
	// At least once: a connection may wait to be accepted.
	for waited := time.Duration(0); waited < linger && (waited == 0 || open.Load() > 0); waited += poll {
		time.Sleep(poll)
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace())
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

func counting(open *atomic.Int64) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
}

func withHealth(calls http.Handler, stopping *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		leaves := stopping.Load()
		if leaves {
			answer.Header().Set("Connection", "close")
		}
		switch request.URL.Path {
		case "/health/live":
			answer.WriteHeader(http.StatusOK)
		case "/health/ready":
			if leaves {
				answer.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			answer.WriteHeader(http.StatusOK)
		default:
			calls.ServeHTTP(answer, request)
		}
	})
}

func address() string {
	if given := os.Getenv("PLURES_CONTROL_ADDRESS"); given != "" {
		return given
	}
	return net.JoinHostPort("127.0.0.1", os.Getenv("PORT"))
}

func grace() time.Duration {
	if seconds, err := strconv.ParseFloat(os.Getenv("PLURES_GRACE_S"), 64); err == nil && seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	return defaultGrace
}
