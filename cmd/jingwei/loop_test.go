package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// oneGrid is the folder of a database with one grid, its leader and the deputy,
// and the tokens of both.
func oneGrid(t *testing.T) (data string, tokens []string) {
	t.Helper()
	data = dataFolder(t)
	for name, text := range map[string]string{
		"grid.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"G1","name":"网格"},
			"geometry":{"type":"Polygon","coordinates":[[[120.8,32],[120.9,32],[120.9,32.1],[120.8,32.1],[120.8,32]]]}}]}`,
		"workers.csv": "code,name,role,phone,department\nW1,王芳,leader,,\nW2,李强,leader,,\n",
		"posts.csv":   "worker,area,rank,from,until\nW1,G1,primary,2020-01-01,\nW2,G1,deputy,2020-01-01,\n",
	} {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	succeed(t, "--data", data, "import", "boundaries", filepath.Join(data, "grid.geojson"), "--level", "grid", "--code", "code", "--name", "name")
	succeed(t, "--data", data, "import", "workers", filepath.Join(data, "workers.csv"))
	succeed(t, "--data", data, "import", "posts", filepath.Join(data, "posts.csv"))
	for _, worker := range []string{"W1", "W2"} {
		tokens = append(tokens, strings.TrimSpace(succeed(t, "--data", data, "token", "create", "--role", "leader", "--worker", worker).out))
	}
	return data, tokens
}

// TestActAtOnce has the leader of a grid and the deputy act on the same reports at
// once, over HTTP: of all that see the same version, exactly one wins each time, the
// others are told, and the history has each step once.
func TestActAtOnce(t *testing.T) {
	data, tokens := oneGrid(t)
	if a := jingwei(t, "--data", data, "token", "create", "--role", "leader", "--worker", "W9"); a.status != exitFailed || !strings.Contains(a.err, "worker W9: not found") {
		t.Errorf("a token of nobody: %+v", a)
	}
	succeed(t, "--data", data, "token", "create", "--role", "viewer", "--name", "大屏", "--area", "G1")
	list := strings.Split(succeed(t, "--data", data, "token", "list").out, "\n")
	for line, want := range map[int]string{2: "2 leader W2 all W2", 3: "3 viewer 大屏 G1 -"} {
		if got := strings.Join(strings.Fields(list[line])[:5], " "); got != want {
			t.Errorf("line %d of the list: %s, want %s", line, got, want)
		}
	}
	s := serve(t, data)
	for n := range 5 {
		id := fmt.Sprintf("019de300-0000-7000-8000-%012d", n)
		if status, body := s.call(t, http.MethodPut, "/v1/reports/"+id, "application/json", strings.NewReader(`{"lon":120.85,"lat":32.05}`)); status != http.StatusCreated {
			t.Fatalf("%d %s", status, body)
		}
		for version, action := range []string{`"accept"`, `"verify"`, `"finish","evidence":["照片"]`} {
			s.race(t, tokens, id, version+1, action)
		}
		var v struct {
			State   string
			History []struct{ Step int }
		}
		s.getJSON(t, "/v1/reports/"+id, &v)
		s.getJSON(t, "/v1/reports/"+id+"/history", &v)
		if v.State != "checking" || len(v.History) != 4 || v.History[3].Step != 4 {
			t.Errorf("%+v", v)
		}
	}
}

// race has many take the same step at the same version, each with a reason of its
// own.
func (s site) race(t *testing.T, tokens []string, id string, version int, action string) {
	t.Helper()
	const many = 32
	var wg sync.WaitGroup
	statuses, tags := make([]int, many), make([]string, many)
	for i := range many {
		wg.Go(func() {
			body := fmt.Sprintf(`{"action":%s,"reason":"%d"}`, action, i)
			statuses[i], tags[i] = s.act(t, tokens[i%len(tokens)], id, version, body)
		})
	}
	wg.Wait()
	won := 0
	for i, status := range statuses {
		if status == http.StatusOK {
			won++
		} else if status != http.StatusPreconditionFailed {
			t.Errorf("%s: status %d", action, status)
		}
		if want := fmt.Sprintf("%q", fmt.Sprint(version+1)); tags[i] != want {
			t.Errorf("%s: status %d with the ETag %s, want %s", action, status, tags[i], want)
		}
	}
	if won != 1 {
		t.Errorf("%s: %d won", action, won)
	}
}

// act takes a step and returns the status and the ETag.
func (s site) act(t *testing.T, token, id string, version int, body string) (int, string) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/reports/"+id+"/actions", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("ETag")
}
