package main

import (
	"os"
	"os/exec"
	"testing"
)

// lookAtConsole runs tests of the console, in a real browser, against a service.
func lookAtConsole(t *testing.T, s site) {
	t.Helper()
	const tests = "the map, its legend and its words|a click shows the chain"
	browser := chromium()
	if _, err := os.Stat("../../web/node_modules/playwright-core"); err != nil || browser == "" {
		t.Log("the console is not looked at: make test installs what that takes, Node.js with the pages' packages and Chromium")
		return
	}
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-name-pattern", tests, "test/e2e.mjs")
	cmd.Dir = "../../web"
	cmd.Env = append(os.Environ(), "JINGWEI_URL="+s.url, "JINGWEI_TOKEN="+s.token, "CHROMIUM="+browser)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("the console: %v\n%s", err, out)
	}
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
