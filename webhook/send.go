package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"jingwei/grid"
)

// timeout is how long a receiver may take to answer.
const timeout = 15 * time.Second

// newClient returns a client that follows no redirects and, unless private networks
// are allowed, reaches the public internet only.
func newClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: timeout}
	if !private {
		dialer.Control = onlyPublic
	}
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// result is how an attempt went: well when err is nil.
type result struct {
	err   error
	gone  bool          // the receiver wants nothing more
	pause time.Duration // that the receiver asks for; 0 when it does not
}

// send makes one attempt to deliver a message.
func send(ctx context.Context, client *http.Client, w grid.Webhook, id string, body []byte, now time.Time) result {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return result{err: err}
	}
	h := req.Header
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "jingwei")
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	h.Set("webhook-signature", Sign(w.Secret, id, now, body))
	resp, err := client.Do(req)
	if err != nil {
		return result{err: err}
	}
	defer resp.Body.Close()
	const most = 64 << 10 // bytes that are read so that the connection can be used again
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, most))
	return resultOf(resp)
}

func resultOf(resp *http.Response) result {
	if resp.StatusCode/100 == 2 {
		return result{}
	}
	r := result{err: fmt.Errorf("answered %s", resp.Status), gone: resp.StatusCode == http.StatusGone}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		r.pause = time.Duration(s) * time.Second
	}
	return r
}

// messageID names a message, the same at every attempt.
func messageID(w grid.Webhook, c grid.Cursor) string { return fmt.Sprintf("%d-%v", w.ID, c) }
