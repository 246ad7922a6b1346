// A page with the components of Clerk's React package, of whatever major version "clerk-react" stands for.
import { createRoot } from "react-dom/client";
import * as clerk from "clerk-react";

const { ClerkProvider, SignIn, SignOutButton, UserButton, useUser } = clerk;

// @clerk/clerk-react asks for ClerkJS by https unless it is told where it is; @clerk/react finds it below the proxy URL.
const script = clerk.SignedIn && { clerkJSUrl: "/__clerk/npm/@clerk/clerk-js@5/dist/clerk.browser.js" };

// SignedIn and SignedOut became Show in @clerk/react.
const SignedIn = clerk.SignedIn ?? (({ children }) => <clerk.Show when="signed-in">{children}</clerk.Show>);
const SignedOut = clerk.SignedOut ?? (({ children }) => <clerk.Show when="signed-out">{children}</clerk.Show>);

function Person() {
  const { user } = useUser();
  return <p>Hello, {user?.firstName}. <UserButton /> <SignOutButton redirectUrl="/react"><button>Leave</button></SignOutButton></p>;
}

createRoot(document.getElementById("app")).render(
  <ClerkProvider publishableKey={document.body.dataset.key} proxyUrl="/__clerk" telemetry={false} {...script}>
    <SignedOut><p>Nobody is here.</p><SignIn routing="hash" fallbackRedirectUrl="/react?in" /></SignedOut>
    <SignedIn><Person /></SignedIn>
  </ClerkProvider>,
);
