package clerktest

import "slices"

// taskSteps are the steps of the sign-in page for the tasks that a session may wait for.
var taskSteps = map[string]string{
	taskChooseOrganization: "task_organization",
	taskResetPassword:      "task_password",
	taskSetupMFA:           "task_totp",
}

// tasksPage is where servers send people whose session waits for a task. The sign-in page has the steps.
func tasksPage() *webPage {
	return &webPage{path: "/sign-in/tasks", show: func(c *pageCall) (any, error) {
		return redirectAnswer{location: "../sign-in" + queryOf(c.r.URL)}, nil
	}}
}

// showTask shows what the person who is signed in still has to do.
func (c *pageCall) showTask(v *signInView) (any, error) {
	v.Step, v.Name = taskSteps[c.session.Tasks[0]], displayName(c.user)
	switch v.Step {
	case "task_organization":
		v.Organizations = c.organizations()
	case "task_totp":
		if t := tableNewTOTPs.get(c.tx, c.user.ID); t != nil {
			v.Secret = t.Secret
		}
	case "":
		v.Step, v.Trouble = "there", "This session waits for a task that these pages do not know."
	}
	return v, nil
}

// taskStep is a step of a task. It leads on to the next task, or back to the application.
func taskStep(step func(*pageCall) error) func(*pageCall) (redirectAnswer, error) {
	return func(c *pageCall) (redirectAnswer, error) {
		if c.session == nil {
			return actRestart(c)
		}
		if err := step(c); err != nil || c.codes != nil {
			return redirectAnswer{}, err
		}
		return c.leave()
	}
}

func taskOrganization(c *pageCall) error {
	id := c.values.Get("organization_id")
	return c.activate(&id)
}

func taskNewOrganization(c *pageCall) error {
	_, err := actCreateOrganization(c)
	return err
}

// taskPassword sets a new password without the old one, which the task allows.
func taskPassword(c *pageCall) error {
	return c.step(changePassword, map[string]any{
		"new_password": c.values.Get("new_password"), "sign_out_of_other_sessions": c.values.Has("sign_out_of_other_sessions"),
	})
}

// waitsForTask reports whether the session of the browser is not active yet.
func (c *pageCall) waitsForTask() bool {
	s := c.tx.browserSession(c.browser.ClientID)
	return s != nil && slices.ContainsFunc(s.Tasks, func(key string) bool { return taskSteps[key] != "" })
}
