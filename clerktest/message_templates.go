package clerktest

import (
	"slices"
	"strings"
)

// messageTemplate is the wording of the messages that Clerk sends on one occasion. Rows are what was changed; the rest
// is standardTemplates.
type messageTemplate struct {
	Kind             string  `json:"kind"` // email or sms
	Slug             string  `json:"slug"`
	Name             string  `json:"name"`
	Subject          *string `json:"subject"`
	Markup           string  `json:"markup"`
	Body             string  `json:"body"`
	FromEmailName    string  `json:"from_email_name"`
	ReplyTo          string  `json:"reply_to"`
	DeliveredByClerk bool    `json:"delivered_by_clerk"`
	Custom           bool    `json:"custom"`
	CreatedAt        int64   `json:"created_at"`
	UpdatedAt        int64   `json:"updated_at"`
}

type messageTemplateWire struct {
	Object             string   `json:"object"`
	ID                 string   `json:"id"`
	InstanceID         *string  `json:"instance_id"`
	ResourceType       string   `json:"resource_type"`
	TemplateType       string   `json:"template_type"`
	Name               string   `json:"name"`
	Slug               string   `json:"slug"`
	Position           int64    `json:"position"`
	CanRevert          bool     `json:"can_revert"`
	CanDelete          bool     `json:"can_delete"`
	CanEditBody        bool     `json:"can_edit_body"`
	CanToggle          bool     `json:"can_toggle"`
	Subject            *string  `json:"subject"`
	Markup             string   `json:"markup"`
	Body               string   `json:"body"`
	AvailableVariables []string `json:"available_variables"`
	RequiredVariables  []string `json:"required_variables"`
	FromEmailName      string   `json:"from_email_name"`
	ReplyTo            string   `json:"reply_to_email_name"`
	DeliveredByClerk   bool     `json:"delivered_by_clerk"`
	Enabled            bool     `json:"enabled"`
	Suspicious         bool     `json:"flagged_as_suspicious"`
	UpdatedAt          int64    `json:"updated_at"`
	CreatedAt          int64    `json:"created_at"`
}

var tableTemplates = &table[*messageTemplate]{
	name: "message_templates",
	id:   func(t *messageTemplate) string { return t.Kind + "/" + t.Slug },
}

// standardTemplates are the occasions that the emulator sends messages on.
var standardTemplates = []messageTemplate{
	{Kind: "email", Slug: "verification_code", Name: "Verification code", Body: "Your code is {{otp_code}}", DeliveredByClerk: true},
	{Kind: "email", Slug: "invitation", Name: "Invitation", Body: "Accept: {{action_url}}", DeliveredByClerk: true},
	{Kind: "email", Slug: "organization_invitation", Name: "Organization invitation", Body: "Accept: {{action_url}}", DeliveredByClerk: true},
	{Kind: "email", Slug: "waitlist_confirmation", Name: "Waitlist confirmation", Body: "We will write to you.", DeliveredByClerk: true},
	{Kind: "email", Slug: "waitlist_invitation", Name: "Waitlist invitation", Body: "Accept: {{action_url}}", DeliveredByClerk: true},
	{Kind: "sms", Slug: "verification_code", Name: "Verification code", Body: "{{otp_code}} is your code", DeliveredByClerk: true},
}

func templatesFamily() family {
	return family{
		tables: []anyTable{tableTemplates},
		endpoints: map[string]endpoint{
			"GetTemplateList":        {read: listTemplates},
			"GetTemplate":            getter((*call).template, (*tx).wireTemplate),
			"UpsertTemplate":         {write: upsertTemplate},
			"RevertTemplate":         {write: revertTemplate},
			"PreviewTemplate":        {read: previewTemplate},
			"ToggleTemplateDelivery": {write: toggleTemplate},
		},
	}
}

// templates returns the templates of a kind, changed ones in the place of the standard ones and custom ones behind.
func (x *tx) templates(kind string) []*messageTemplate {
	var out []*messageTemplate
	for _, standard := range standardTemplates {
		if standard.Kind != kind {
			continue
		}
		if changed := tableTemplates.get(x, kind+"/"+standard.Slug); changed != nil {
			out = append(out, changed)
			continue
		}
		out = append(out, &standard)
	}
	for _, t := range tableTemplates.all(x) {
		if t.Kind == kind && t.Custom {
			out = append(out, t)
		}
	}
	return out
}

func (x *tx) wireTemplate(t *messageTemplate) messageTemplateWire {
	changed := tableTemplates.get(x, t.Kind+"/"+t.Slug) != nil
	out := messageTemplateWire{
		Object: "template", ID: "tmpl_" + t.Kind + "_" + t.Slug, ResourceType: "system", TemplateType: t.Kind, Name: t.Name, Slug: t.Slug,
		CanRevert: changed && !t.Custom, CanDelete: t.Custom, CanEditBody: true, CanToggle: true, Subject: t.Subject, Markup: t.Markup,
		Body: t.Body, AvailableVariables: []string{"app.name", "otp_code", "action_url"}, RequiredVariables: []string{},
		FromEmailName: t.FromEmailName, ReplyTo: t.ReplyTo, DeliveredByClerk: t.DeliveredByClerk, Enabled: true,
		UpdatedAt: t.UpdatedAt, CreatedAt: t.CreatedAt,
	}
	if changed {
		out.ResourceType, out.InstanceID = "user", &x.inst.id
	}
	return out
}

// template finds the template of the path.
func (c *call) template() (*messageTemplate, error) {
	if t := c.tx.template(c.param("template_type"), c.param("slug")); t != nil {
		return t, nil
	}
	return nil, errNotFound("template")
}

func (x *tx) template(kind, slug string) *messageTemplate {
	for _, t := range x.templates(kind) {
		if t.Slug == slug {
			return t
		}
	}
	return nil
}

// deliveredByClerk reports whether Clerk sends the messages of a template, and not the application upon their event.
func (x *tx) deliveredByClerk(kind, slug string) bool {
	t := x.template(kind, slug)
	return t == nil || t.DeliveredByClerk
}

func (c *call) checkTemplateKind() error {
	if !slices.Contains([]string{"email", "sms"}, c.param("template_type")) {
		return errParamValue("template_type", "email or sms")
	}
	return nil
}

func listTemplates(c *call) (any, error) {
	if err := c.checkTemplateKind(); err != nil {
		return nil, err
	}
	return pageOf(c, c.tx.templates(c.param("template_type")), c.tx.wireTemplate)
}

type templateInput struct {
	Name          field[string] `json:"name"`
	Subject       field[string] `json:"subject"`
	Markup        field[string] `json:"markup"`
	Body          field[string] `json:"body"`
	Delivered     field[bool]   `json:"delivered_by_clerk"`
	FromEmailName field[string] `json:"from_email_name"`
	ReplyTo       field[string] `json:"reply_to_email_name"`
}

func upsertTemplate(c *call) (any, error) {
	if err := c.checkTemplateKind(); err != nil {
		return nil, err
	}
	var in templateInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := messageTemplate{Kind: c.param("template_type"), Slug: c.param("slug"), Name: c.param("slug"), DeliveredByClerk: true, Custom: true}
	if t, err := c.template(); err == nil {
		next = *t
	} else if next.Kind == "sms" || !in.Body.given() {
		return nil, errNotFound("template")
	}
	in.Name.applyValue(&next.Name)
	in.Subject.apply(&next.Subject)
	in.Markup.applyValue(&next.Markup)
	in.Body.applyValue(&next.Body)
	in.Delivered.applyValue(&next.DeliveredByClerk)
	in.FromEmailName.applyValue(&next.FromEmailName)
	in.ReplyTo.applyValue(&next.ReplyTo)
	return c.storeTemplate(&next), nil
}

func (c *call) storeTemplate(t *messageTemplate) messageTemplateWire {
	if t.CreatedAt == 0 {
		t.CreatedAt = c.tx.now
	}
	t.UpdatedAt = c.tx.now
	tableTemplates.put(c.tx, t)
	return c.tx.wireTemplate(t)
}

func revertTemplate(c *call) (any, error) {
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	if t.Custom {
		return nil, errBadRequest("template_not_revertible", "a template of one's own has no standard to return to")
	}
	tableTemplates.delete(c.tx, t.Kind+"/"+t.Slug)
	if t, err = c.template(); err != nil {
		return nil, err
	}
	return c.tx.wireTemplate(t), nil
}

// previewTemplate fills a template with samples. Fields of the request take the place of the stored ones.
func previewTemplate(c *call) (any, error) {
	var in templateInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	next := *t
	in.Subject.apply(&next.Subject)
	in.Body.applyValue(&next.Body)
	sample := strings.NewReplacer("{{app.name}}", "Emulator", "{{otp_code}}", testCode, "{{action_url}}", c.inst.URL())
	return map[string]string{"subject": sample.Replace(text(next.Subject)), "body": sample.Replace(next.Body)}, nil
}

func toggleTemplate(c *call) (any, error) {
	var in templateInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.template()
	if err != nil {
		return nil, err
	}
	next := *t
	in.Delivered.applyValue(&next.DeliveredByClerk)
	return c.storeTemplate(&next), nil
}
